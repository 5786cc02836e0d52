--- Names: what tasks, objects and places of a trace are called where people read of them.  What a file says may be
--- anything: what moves a cursor is not shown.
local terminal = require "terminal.text"

local names = {}
names.__index = names

--- Without what moves a terminal's cursor.
names.clean = terminal.printable

local function short(path)
  return path:match "([^/]+)$" or path
end

-- Tasks of one name are told apart by their pids.
local function of_tasks(trace)
  local count, list = {}, {}
  for i, task in ipairs(trace.tasks) do
    local name = names.clean(task.name or "")
    if name == "" then name = (task.parent or i > 1) and ("task %d"):format(i) or "main" end
    list[i] = name
    count[name] = (count[name] or 0) + 1
  end
  for i, task in ipairs(trace.tasks) do
    local other = task.pid and task.pid > 0 and task.pid or task.path or i
    if count[list[i]] > 1 then list[i] = ("%s (%s)"):format(list[i], other) end
  end
  return list
end

-- Objects of one title by their numbers.
local function of_objects(trace)
  local count, list = {}, {}
  for i, object in ipairs(trace.objects) do
    list[i] = names.clean(object.title)
    count[list[i]] = (count[list[i]] or 0) + 1
  end
  for i, object in ipairs(trace.objects) do
    if count[list[i]] > 1 then list[i] = ("%s #%d"):format(list[i], object.number or i) end
  end
  return list
end

--- For a trace.
function names.of(trace)
  local self = { trace = trace, tasks = of_tasks(trace), objects = of_objects(trace), files = {}, operations = {},
    calls = {} }
  for i, file in ipairs(trace.files) do self.files[i] = names.clean(short(file)) end
  for i, word in ipairs(trace.operations) do self.operations[i] = names.clean(word) end
  return setmetatable(self, names)
end

--- ann; nil: there is no such task.
function names:task(i) return self.tasks[i] end

--- queue "orders"; "" of 0.
function names:object(i) return self.objects[i] or "" end

--- put queue "orders", or sleep: what the span does.
function names:call(i)
  local object, operation = self.trace.spans.object[i], self.trace.spans.operation[i]
  local calls = self.calls[object] or {}
  self.calls[object] = calls
  local known = calls[operation]
  if not known then
    local title = self:object(object)
    known = (self.operations[operation] or "?") .. (title ~= "" and " " .. title or "")
    calls[operation] = known
  end
  return known
end

--- kitchen.lua:12; "" where it is not known.
function names:place(i)
  local spans = self.trace.spans
  local file, line = self.files[spans.file[i]], spans.line[i]
  if not file or line == 0 then return "" end
  return ("%s:%d"):format(file, line)
end

return names
