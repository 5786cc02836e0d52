--- What tasks and objects are called where people read of them.
local printable = require "explore.story.printable"

local names = {}
names.__index = names

-- The variable by which the line calls the object: `left:get()`, `left.n = 2`; nil: none, or two that could be it.
local function variable_on(line, step)
  local found
  local pattern = (step.kind == "table" or step.kind == "array") and "([%a_][%w_]*)%s*[%.%[:]"
    or "([%a_][%w_]*)%s*:%s*" .. (step.op or "")
  for name in line:gmatch(pattern) do
    if found and found ~= name then return nil end
    found = name
  end
  return found
end

-- Of the objects without a name those that all lines of the script call by the same variable.
local function find_variables(story)
  local variables, taken = {}, {}
  for _, step in ipairs(story.steps) do
    local object = step.object and story.objects[step.object]
    if object and object.kind and object.kind ~= "file" and (object.name or "") == "" and story.script then
      local line = story.script:line(step.file, step.line)
      local name = line and variable_on(line, step)
      if name and variables[step.object] == nil then variables[step.object] = name
      elseif name and variables[step.object] ~= name then variables[step.object] = false end
    end
  end
  for _, name in pairs(variables) do
    if name then taken[name] = (taken[name] or 0) + 1 end
  end
  for index, name in pairs(variables) do
    if not name or taken[name] > 1 or name == "self" then variables[index] = nil end
  end
  return variables
end

--- For a story whose steps are known.
function names.of(story)
  return setmetatable({ story = story, variables = find_variables(story) }, names)
end

--- main, buyer-1; the path of a task without a name.
function names:task(path)
  local task = path and self.story.tasks[path]
  local name = task and task.name or ""
  if name ~= "" then return name end
  return path == "0" and "main" or "task " .. tostring(path)
end

--- Of several tasks: "ann, bob and carol".
function names:list(paths)
  local found = {}
  for _, path in ipairs(paths) do found[#found + 1] = self:task(path) end
  if #found < 2 then return found[1] or "nobody" end
  return table.concat(found, ", ", 1, #found - 1) .. " and " .. found[#found]
end

--- queue "orders"; without a name by the script's variable, queue orders; else queue#2; of a file its path's end.
function names:object(subject)
  if type(subject) == "string" then
    return "file " .. printable.text(subject):match "([^/]*)$":gsub("^file ", "")
  end
  local object = self.story.objects[subject]
  -- more objects than the account has room for
  if not object then return "an object" end
  if self.variables[subject] then return object.kind .. " " .. self.variables[subject] end
  return object.title
end

--- In a cell of the table, where `brief` leaves out its kind: "orders", orders, queue#2.
function names:cell(subject)
  local title = self:object(subject)
  return self.brief and title:match "^%a+ (.+)$" or title
end

--- With the part of it that the step is about, where that is told.
function names:part(step)
  return self:object(step.subject) .. (step.part or "")
end

return names
