--- Stopped: what a task that stands still before a step answers (explore/host/stopped.c loads this for each answer).
--
-- request, text: what is asked; look: tasks(), objects() and embedded(); debug: the library. Returns the answer as
-- text. The stopped function is the one of the script that has called what is about to be done.
local request, text, look, debug = ...

local OWN_LEVELS = 3 -- this chunk, what has called it, and the call that is about to be done

-- ---- the stopped function ----

-- How many calls there are from the caller of this one to the bottom.
local function depth()
  local count = 0
  while debug.getinfo(count + 2, "l") do count = count + 1 end
  return count
end

local function find_frame()
  local level = OWN_LEVELS
  local info = debug.getinfo(level + 1, "S")
  while info and info.what == "C" do
    level = level + 1
    info = debug.getinfo(level + 1, "S")
  end
  return info and level
end

local found = find_frame()
local from_bottom = found and depth() - found + 1
local over = false

-- The level of the frame for the caller of this function.
local function level_of()
  return from_bottom and depth() - from_bottom
end

local frame = found and debug.getinfo(found, "fSln")

-- The index of the variable that the name means there, and whether it is an upvalue; its value.
local function find_variable(name)
  local level, index, value = level_of(), nil, nil
  if not level or over then return nil end
  for i = 1, 255 do
    local each, it = debug.getlocal(level, i)
    if not each then break end
    if each == name then index, value = i, it end
  end
  if index then return index, false, value end
  for i = 1, 255 do
    local each, it = debug.getupvalue(frame.func, i)
    if not each then return nil end
    if each == name then return i, true, it end
  end
end

local function globals()
  for i = 1, 255 do
    local name, value = debug.getupvalue(frame and frame.func or print, i)
    if not name then return _G end
    if name == "_ENV" then return value end
  end
end

-- ---- values ----

-- A module of the program's, of which the script finds nothing.
local function module(name)
  local chunk = look.embedded(name)
  debug.setupvalue(chunk, 1, setmetatable({ require = module, debug = debug }, { __index = _ENV }))
  return chunk()
end

local pretty = module "terminal.pretty"

-- The first line of the text tells what the terminal is: its columns, and whether it has colours.
local columns, colours, code = text:match "^(%d+) (%l+)\n(.*)$"
local width, colour = tonumber(columns), colours == "colours"

-- ---- answers ----

local answers = {}

function answers.eval()
  local printed = {}
  local there = globals()
  local env = setmetatable({}, {
    __index = function(_, name)
      if name == "print" then
        return function(...)
          local list = table.pack(...)
          for i = 1, list.n do list[i] = tostring(list[i]) end
          printed[#printed + 1] = table.concat(list, "\t")
        end
      end
      local index, _, value = find_variable(name)
      if index then return value end
      return there[name]
    end,
    __newindex = function(_, name, value)
      local index, is_upvalue = find_variable(name)
      if not index then there[name] = value
      elseif is_upvalue then debug.setupvalue(frame.func, index, value)
      else debug.setlocal(level_of(), index, value) end
    end,
  })
  local chunk, why = load("return " .. code, "=prompt", "t", env)
  if not chunk then chunk, why = load(code, "=prompt", "t", env) end
  if not chunk then return why end
  local results = table.pack(pcall(chunk))
  over = true
  if not results[1] then
    printed[#printed + 1] = pretty.text(results[2], width, colour)
  elseif results.n > 1 then
    local list = {}
    for i = 2, results.n do list[i - 1] = pretty.text(results[i], width, colour) end
    printed[#printed + 1] = table.concat(list, "\t")
  end
  return table.concat(printed, "\n")
end

local function shown(value)
  return pretty.inside(value, width, colour)
end

function answers.locals()
  local lines, index = {}, 1
  local level = level_of()
  while level do
    local name, value = debug.getlocal(level, index)
    if not name then break end
    if not name:find "^%(" then lines[#lines + 1] = ("%s = %s"):format(name, shown(value)) end
    index = index + 1
  end
  index = 1
  while frame do
    local name, value = debug.getupvalue(frame.func, index)
    if not name then break end
    if name ~= "_ENV" then lines[#lines + 1] = ("%s = %s  (upvalue)"):format(name, shown(value)) end
    index = index + 1
  end
  return table.concat(lines, "\n")
end

function answers.stack()
  local lines = {}
  local level = level_of()
  while level do
    local info = debug.getinfo(level, "Sln")
    if not info then break end
    if info.what ~= "C" then
      lines[#lines + 1] = ("%s:%d: %s"):format(info.short_src, info.currentline,
        info.what == "main" and "main chunk" or info.name or ("function of line %d"):format(info.linedefined))
    end
    level = level + 1
  end
  return table.concat(lines, "\n")
end

--- Lines of fields with tabs between: the task's place in the list of tasks, state, what it waits for, where; what it
--- holds, a field each.
function answers.tasks()
  local lines = {}
  for _, task in ipairs(look.tasks()) do
    lines[#lines + 1] = table.concat({ task.index, task.state, task.waits, task.where, table.unpack(task.holds) }, "\t")
  end
  return table.concat(lines, "\n")
end

function answers.objects()
  local lines, seen = {}, {}
  for _, object in ipairs(look.objects()) do
    if not seen[object] and not object:find "^process" and not object:find "^thread" then
      lines[#lines + 1], seen[object] = object, true
    end
  end
  table.sort(lines)
  return table.concat(lines, "\n")
end

if look.no_script and (request == "eval" or request == "locals" or request == "stack") then
  return "this task runs no Lua here"
end
return answers[request]()
