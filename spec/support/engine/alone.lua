-- Far objects without a server, without C and without other processes: the Lua of bindings/remote over the engine on
-- a fake Redis, all in this Lua state.  Programs are sessions with modules of their own, tasks are coroutines, and time
-- is the fake's clock: what waits is woken by a bell, or when its time has come.  For histories that no real server
-- gives again, such as a death between any two requests.
--
--   local here = alone.new(seed)
--   local program = here:program("chef")        program.ipc.open "fake:kitchen", ipc.wait, ipc.receive
--   here:task(program, fn, ...)                 a task; task.results, task.failed
--   here:run()                                  until all tasks have ended, or none can go on: then false
--   here:kill(program)                          between two requests; others are told by a witness
--   here.chance(n)                              1 to n, by the seed
local fake_redis = dofile "spec/support/engine/fake_redis.lua"

local alone = {}
local world = {}
world.__index = world

local LEASE = 10000
local MODULES = { ["help.nearest"] = "bindings/help/nearest.lua" }

local LIBRARY = fake_redis.engine_text()
local texts = {}

local function read(path)
  if not texts[path] then
    local file = assert(io.open(path))
    texts[path] = file:read "a"
    file:close()
  end
  return texts[path]
end

-- ---- values: what was encoded is kept in a table, and its bytes name it ----

local function copy(program, value, path, seen)
  local kind = type(value)
  if kind == "function" or kind == "thread" or kind == "userdata" then
    return nil, ("cannot send %s: a %s cannot leave its process"):format(path, kind == "thread" and "coroutine" or kind)
  elseif kind ~= "table" then
    return value
  elseif seen[value] then
    return seen[value]
  end
  local record = program.records[value]
  if record then return { far = record[1] } end
  local new = {}
  seen[value] = new
  for key, item in next, value do
    local inner, why = copy(program, item, ("%s.%s"):format(path, tostring(key)), seen)
    if why then return nil, why end
    new[key] = inner
  end
  return new
end

local function revive(program, value, seen)
  if type(value) ~= "table" then return value end
  if value.far then return program.require "remote.object".receive(value.far) end
  if seen[value] then return seen[value] end
  local new = {}
  seen[value] = new
  for key, item in next, value do new[key] = revive(program, item, seen) end
  return new
end

-- ---- sessions ----

local session = {}
session.__index = session

local function fcall(self, task, seq, op, ...)
  local here = self.program.world
  here:step()
  local text = here.server.fcall(self.name, self.own, task, seq, op, ...)
  local _, status, fields = fake_redis.parse(text)
  return status, fields
end

function session:id() return self.own end

local function results(status, fields) return status, table.unpack(fields) end

-- The bell of the task's request, where it has come.
local function heard(self, task, seq)
  local key = ("tl:{%s}:m%s"):format(self.name, self.own)
  while true do
    local text = self.program.world.server.call("LPOP", key)
    if not text then break end
    local of, of_seq, rest = text:match "^([%d.]+):(%d+):(.*)$"
    self.bells[of] = { tonumber(of_seq), of_seq .. ":" .. rest }
  end
  local bell = self.bells[task]
  if not bell or bell[1] ~= seq then return nil end
  local _, status, fields = fake_redis.parse(bell[2])
  return status, fields
end

function session:ask(deadline, op, ...)
  local here = self.program.world
  local task = here.current
  local number = tostring(task.number)
  task.deadline = nil
  if here.chance(3) == 1 then coroutine.yield(function() return true end) end -- another one's turn
  task.seq = task.seq + 1
  local status, fields = fcall(self, number, task.seq, op, ...)
  while status == "wait" do
    task.deadline = deadline
    coroutine.yield(function() return heard(self, number, task.seq) ~= nil end)
    status, fields = heard(self, number, task.seq)
    if not status then
      status, fields = fcall(self, number, task.seq, "cancel", "0")
      deadline = nil
    end
  end
  return results(status, fields)
end

function session:tell(op, ...) return results(fcall(self, "0", 0, op, ...)) end

function session.pack(_, bytes) return "=" .. bytes end
function session.unpack(_, cell) return cell:sub(2) end
function session.enter() return true end

-- ---- programs ----

local function client_of(program)
  local here, client, kept = program.world, {}, {}
  local sessions = {}
  function client.now() return here.server.clock / 1e6 end
  function client.pid() return program.number end
  function client.method(fn) return fn end
  function client.class() end
  function client.handler() return function(why) return why end end
  function client.script(handler, fn, ...) return xpcall(fn, handler, ...) end
  function client.is_recorded() return false end
  function client.record(value) return program.records[value] end
  function client.session(uid) return sessions[uid] end
  function client.object(metatable, record)
    local object = setmetatable({}, metatable)
    program.records[object] = record
    return object
  end
  function client.encode(value)
    local inner, why = copy(program, value, "value", {})
    if why then return nil, why end
    here.kept[#here.kept + 1] = { inner }
    return tostring(#here.kept)
  end
  function client.decode(bytes) return revive(program, here.kept[tonumber(bytes)][1], {}) end
  function client.open(address)
    local name = address:match "^fake:(.*)$"
    if kept[name] then return kept[name] end
    local own = setmetatable({ program = program, name = name, where = address, bells = {},
      own = ("%s%08d"):format(program.name, program.number) }, session)
    local status, fields = fcall(own, "0", 0, "open", LEASE, "uid" .. name, "host", "here", "pid", program.number,
      "program", program.name, "name", program.name)
    assert(status == "ok", status)
    own.uid = fields[1]
    kept[name], sessions[own.uid] = own, own
    program.sessions[#program.sessions + 1] = own
    return own
  end
  return client
end

local function loader(program)
  local loaded = {}
  local environment = setmetatable({}, { __index = _G })
  local function private_require(name)
    if loaded[name] then return loaded[name] end
    local path = MODULES[name] or ("bindings/%s.lua"):format(name:gsub("%.", "/"))
    loaded[name] = assert(load(read(path), "@" .. path, "t", environment))(name)
    return loaded[name]
  end
  environment.require = private_require
  loaded["remote.client"] = client_of(program)
  return private_require
end

--- A program of its own: what it has of far objects is its own.
function world:program(name)
  local program = { world = self, name = name, number = #self.programs + 1, sessions = {},
    records = setmetatable({}, { __mode = "k" }) }
  self.programs[program.number] = program
  program.require = loader(program)
  local wait = program.require "remote.wait"
  program.ipc = { open = program.require "remote.space".open, wait = wait.wait, receive = wait.receive }
  return program
end

-- ---- tasks ----

--- A task of a program: fn gets the program's ipc, and what else is given.
function world:task(program, fn, ...)
  local task = { program = program, number = #self.tasks + 1, seq = 0 }
  local given = table.pack(...)
  task.coroutine = coroutine.create(function()
    return fn(program.ipc, table.unpack(given, 1, given.n))
  end)
  self.tasks[task.number] = task
  return task
end

-- A request begins: now may be the moment of somebody's death.
function world:step()
  if self.at_step then self.at_step() end
end

local function resume(self, task)
  self.current = task
  local values = table.pack(coroutine.resume(task.coroutine))
  self.current = nil
  if coroutine.status(task.coroutine) ~= "dead" then
    task.ready = values[2]
    return
  end
  task.ended = true
  if values[1] then task.results = table.pack(table.unpack(values, 2, values.n)) else task.failed = values[2] end
end

local function can_go_on(self, task)
  if task.ended or task.killed then return false end
  if not task.ready or task.ready() then return true end
  return task.deadline ~= nil and task.deadline * 1e6 <= self.server.clock
end

local function beat(self)
  for _, program in ipairs(self.programs) do
    for _, own in ipairs(program.killed and {} or program.sessions) do
      self.server.fcall(own.name, own.own, "0", 0, "beat")
    end
  end
end

-- Nobody can go on: the next thing is the end of somebody's time.
local function next_deadline(self)
  local first
  for _, task in ipairs(self.tasks) do
    if not task.ended and not task.killed and task.deadline and (not first or task.deadline < first) then
      first = task.deadline
    end
  end
  if not first then return false end
  self.server.clock = math.max(self.server.clock, math.ceil(first * 1e6))
  beat(self)
  return true
end

--- Runs the tasks, in an order by chance: true when all have ended; false where those that are left can never go on.
function world:run()
  while true do
    local list, left = {}, false
    for _, task in ipairs(self.tasks) do
      left = left or not (task.ended or task.killed)
      if can_go_on(self, task) then list[#list + 1] = task end
    end
    if not left then return true end
    if #list > 0 then
      resume(self, list[self.chance(#list)])
    elseif not next_deadline(self) then
      return false
    end
  end
end

--- The program's tasks do nothing more; a witness tells the server.
function world:kill(program)
  program.killed = true
  for _, task in ipairs(self.tasks) do task.killed = task.killed or task.program == program end
  for _, own in ipairs(program.sessions) do
    local answer = self.server.fcall(own.name, "-", "0", 0, "died", own.own)
    while answer:match "^%d+:ok:1:1" do answer = self.server.fcall(own.name, "-", "0", 0, "died", own.own) end
  end
end

--- A world with an empty server.
function alone.new(seed)
  local state = seed or 1
  local here = setmetatable({ server = fake_redis.new(LIBRARY), programs = {}, tasks = {}, kept = {} }, world)
  function here.chance(n)
    state = (state * 1103515245 + 12345) % 2147483648
    return (state >> 8) % n + 1
  end
  return here
end

return alone
