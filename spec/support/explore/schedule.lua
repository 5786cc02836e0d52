-- Schedules written by hand, as the host would give them.
--
-- Lines of text: TASK LINE OP [OBJECT[#KEY]] [: CALL] [-> RESULT] [(STATE)] [/ HOW] [! could TASK,TASK]
-- such as "1 21 get left -> 5" or "2 30 acquire till / goes on".  OP "starts", "dies" and "clock" are ways of going on.
-- Objects are declared before: "value left", "lock till", "file /tmp/x", "value -" without a name; tasks: "task 1 ann".
-- "at 1.5": the time from there on.
local schedule = {}

local ACCESS = {}
for word in ([[get read size holder value count keys is_set is_alive sleep join result yield seek]]):gmatch "%S+" do
  ACCESS[word] = "reads"
end
local READS_TOO = { event = { wait = true }, latch = { wait = true } }

local function access_of(kind, op)
  if op == "end" then return "ends" end
  if op == "start" then return "makes" end
  if kind == "queue" or kind == "pipe" then return op == "size" and "reads" or "writes" end
  if kind == "rwlock" then return "writes" end
  return (READS_TOO[kind] and READS_TOO[kind][op] or ACCESS[op]) and "reads" or "writes"
end

local KINDS = {}
for word in ([[value lock rlock rwlock condition semaphore event barrier latch queue pipe array buffer table process
  file]]):gmatch "%S+" do KINDS[word] = true end

local function declare(self, kind, name)
  local number = #self.found.objects + 1
  local object = { kind = kind ~= "file" and kind or nil, name = name == "-" and "" or name, number = number }
  object.title = kind == "file" and name or name == "-" and ("%s#%d"):format(kind, number)
    or ('%s "%s"'):format(kind, name)
  self.found.objects[number] = object
  self.index[name == "-" and kind or name] = number
end

local function add_task(self, path, name, parent)
  local task = { path = path, name = name, parent = parent, line = 1 }
  table.insert(self.found.tasks, task)
  self.found.tasks[path] = task
end

local HOWS = { starts = true, dies = true, clock = true, wakes = true, answer = true }

local function add_event(self, path, line, op, text)
  local event = { task = path, line = tonumber(line), file = self.file, time = self.time or 0, how = "begins" }
  text = text:gsub("%s*! could (%S+)%s*$", function(list)
    event.could = {}
    for each in list:gmatch "[^,]+" do table.insert(event.could, each) end
    return ""
  end)
  text = text:gsub("%s*/ (%a[%a ]*)%s*$", function(how) event.how = how return "" end)
  local state = text:match "%s*%((.-)%)%s*$"
  text = text:gsub("%s*%(.-%)%s*$", "")
  local result = text:match "%-> (.*)$"
  text = text:gsub("%s*%-> .*$", "")
  local call = text:match ":%s+(.*)$"
  text = text:gsub("%s*:%s+.*$", "")
  local object, key = text:match "^(%S+)#(%d+)$"
  object = object or text:match "^(%S+)"
  if HOWS[op] then event.how = op end
  if op == "killed" then event.how, event.killed = "dies", true end
  if op == "wakes" then event.woken, object = object, nil end
  if not HOWS[op] and op ~= "killed" then event.op = op end
  local number = object and assert(self.index[object], object)
  event.object, event.key = number, tonumber(key)
  event.kind = number and self.found.objects[number].kind
  if event.op then event.access = access_of(event.kind, event.op) end
  if event.how ~= "clock" and event.how ~= "wakes" and event.how ~= "answer" then self.step = self.step + 1 end
  event.step = self.step
  if event.how == "clock" then event.step = self.step + 1 end
  table.insert(self.found.events, event)
  if call or result or state then
    if state then result = ("%s\t%s"):format(result or "", state) end
    self.found.told[self.step] = { call = call, result = result }
  end
end

-- What explain.report takes, of the text; `run` is the run's fields.
function schedule.of(text, run, more)
  local found = { plan = { moves = "" }, run = run or { ending = "passed" }, events = {}, objects = {}, tasks = {},
    told = {}, schedule_number = 17, rate = 4120 }
  local self = { found = found, index = {}, step = 0, file = "script.lua" }
  add_task(self, "0", "main", "0")
  for line in text:gmatch "[^\n]+" do
    line = line:match "^%s*(.-)%s*$"
    local first, second, rest = line:match "^(%S+)%s+(%S+)%s*(.*)$"
    if first == "task" then add_task(self, second, rest, "0")
    elseif first == "at" then self.time = tonumber(second)
    elseif KINDS[first or ""] then declare(self, first, second)
    elseif first then
      local op, others = rest:match "^(%S+)%s*(.*)$"
      add_event(self, first, second, op, others)
    end
  end
  for key, value in pairs(more or {}) do found[key] = value end
  return found
end

return schedule
