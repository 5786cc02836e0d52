--- Engine world: random histories of clients of the engine, on a fake server, with everything that can go wrong.
--
--   world.run(model, seed, { steps =, engine_text = }) -> nil, or what was wrong, with the last requests
--
-- Clients are sessions with tasks.  A step of a history is: a request; a request sent twice (the answer was lost); a
-- bell that is read, or lost with its connection; a cancel of any kind; the clock; a client that is killed (its lease
-- ends, or a witness tells), stopped past its lease, or says bye; a task that leaves; a late copy of an old request.
-- After each call of the server the model's invariants and the general ones are checked.
--
-- A model:
--   begin(w)                       makes its objects: w:make(kind, option, value ...)
--   choose(w, task)                op, args ... of the next request of an idle task; nil: none
--   answered(w, task, request, status, fields)   in the order in which the server decided
--   ended(w, task)                 a task's end: the server begins to take back what it had
--   check(w)                       raises
--   finish(w)                      before all ends
--   waits, postponed, undone       a request begins to wait; its time is over, but it waits for something yet; it has
--                                  given back what it was granted
local fake_redis = dofile "spec/support/engine/fake_redis.lua"

local world = {}
world.__index = world

for _, part in ipairs{ "state", "calls", "clients", "invariants" } do
  for name, value in pairs(dofile(("spec/support/engine/world_%s.lua"):format(part))) do world[name] = value end
end

function world:random(n)
  self.state = (self.state * 1103515245 + 12345) % 2147483648
  return (self.state >> 8) % n + 1
end

function world:one_in(n)
  return self:random(n) == 1
end

function world:pick(list)
  return #list > 0 and list[self:random(#list)] or nil
end

--- MAY: mostly waits.
function world:may()
  return self:pick{ "0", "1", "2", "2" }
end

local function runnable(self)
  local list = {}
  for _, session in ipairs(self.sessions) do
    if not session.stopped then list[#list + 1] = session end
  end
  return self:pick(list)
end

local function act(self, session)
  local task = self:pick(session.tasks)
  if task.pending then
    if not self:one_in(3) then return self:listen(session) end
    if not task.pending.cancelled then return self:cancel(task) end
    return
  end
  local request = table.pack(self.model.choose(self, task))
  if request[1] then self:ask(task, table.unpack(request, 1, request.n)) end
end

local RARE = {
  function(self, session) self:kill(session) end,
  function(self, session) session.stopped = self:random(8) end,
  function(self, session) self:bye(session) end,
  function(self, session) self:leave(self:pick(session.tasks)) end,
  function(self, session) self:leave(self:pick(session.tasks)) end,
}

local function step(self)
  while #self.sessions < self.wanted do self:open() end
  local session = runnable(self)
  if not session or self:one_in(12) then return self:pass_time() end
  if #self.dead > 0 and self:one_in(6) then return self:witness() end
  if self:one_in(25) then return self:pick(RARE)(self, session) end
  if self:one_in(15) then return self:old_copy(self:pick(session.tasks)) end
  if self:one_in(4) then return self:listen(session) end
  return act(self, session)
end

local function finish(self)
  self.server.clock = self.server.clock + 1000000
  local last = self:open()
  for _, session in ipairs{ table.unpack(self.sessions) } do
    if session ~= last then self:call(last.id, 0, 0, nil, "died", session.id) end
  end
  for _, session in ipairs(self.dead) do self:call(last.id, 0, 0, nil, "died", session.id) end
  for _ = 1, 100 do
    if not self:is_busy() then break end
    self:beat(last)
  end
  if self.model.finish then self.model.finish(self, last.tasks[1]) end
  self.model.check = function() end
  for i = 1, 100 do
    local _, fields = self:call(last.id, 1, last.tasks[1].seq + i, nil, "clear_space")
    if fields[1] == "0" then break end
  end
  self:call(last.id, 0, 0, nil, "bye")
  for _ = 1, 100 do self.server.fcall(self.SPACE, "-", 0, 0, "status") end
  for key, entry in pairs(self.server.data) do
    local stays = key == self.PREFIX .. "space" or key == self.PREFIX .. "turn"
    self:must(stays or entry.ends, "%s is left behind", key)
  end
end

--- Makes an object; its id.
function world:make(kind, ...)
  local session = self.sessions[1] or self:open()
  local task = session.tasks[1]
  task.seq = task.seq + 1
  local status, fields = self:call(session.id, task.number, task.seq, nil, "make", kind, "", "space", ...)
  self:must(status == "ok", "make %s was answered %s", kind, status)
  return fields[1]
end

local function new(model, seed, options)
  local self = setmetatable({
    state = seed * 7919 + 17, log = {}, events = {}, sessions = {}, dead = {}, by_id = {}, sessions_made = 0, calls = 0,
    wanted = model.sessions or 4, tasks = model.tasks or 2,
    model = setmetatable({}, { __index = model }),
  }, world)
  self.server = fake_redis.new(options.engine_text)
  self.server.random = function(n) return self:random(n) end
  self.server.spy(self:spy())
  return self
end

local function play(self, steps)
  self.model.check = function() end
  self:open()
  self.model.begin(self)
  self.model.check = nil
  for i = 1, steps do
    self.at = i
    step(self)
  end
  finish(self)
end

local function last_of(log, n)
  return table.concat(log, "\n", math.max(#log - n + 1, 1))
end

--- Plays a history: nil, or what was wrong in it.
function world.run(model, seed, options)
  local self = new(model, seed, options or {})
  local fine, why = xpcall(play, function(message)
    return type(message) == "string" and message:match "^%w+.lua:" and debug.traceback(message) or message
  end, self, options and options.steps or model.steps or 150)
  if fine then return nil end
  return ("%s, seed %d, step %d: %s\n%s"):format(model.name, seed, self.at or 0, tostring(why), last_of(self.log, 25)),
    self.at or 0
end

--- Plays many; the shortest of the failing ones is the answer: nil, or what was wrong in it.
function world.search(model, seeds, options)
  local found, least
  for seed = 1, seeds do
    local why, at = world.run(model, seed, options)
    if why and (not least or at < least) then found, least = why, at end
    if why and not (options and options.shortest) then break end
  end
  return found
end

return world
