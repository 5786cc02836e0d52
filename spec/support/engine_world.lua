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
local fake_redis = dofile "spec/support/fake_redis.lua"

local world = {}
world.__index = world

local LEASE = 10000
local SPACE = "k"
local PREFIX = "tl:{k}:"

-- ---- chance ----

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

-- ---- looking into the server ----

function world:entry(family, id)
  return self.server.data[PREFIX .. family .. (id or "")]
end

-- What the text of a state has, by kind: see state_fields.
local STATE = {
  lock = "owner token depth dead conditions", value = "number version owner token depth dead",
  queue = "closed item unfinished abandoned returned", pool = "closed terminated number purged",
  table = "version mortal owner token depth dead", rwlock = "writer token dead", semaphore = "free lent",
  event = "set", latch = "left", barrier = "broken", pipe = "bytes1 bytes2",
}
STATE.rlock = STATE.lock

function world:object(id)
  local entry, fields = self:entry("o", id), {}
  if not entry then return nil end
  for name, value in pairs(entry.fields) do fields[name] = value end
  local values = ((fields.state or "") .. ","):gmatch "([^,]*),"
  for name in (fields.state and STATE[fields.kind] or ""):gmatch "%S+" do
    local value = values()
    fields[name] = value ~= "" and value or nil
  end
  return fields
end

--- The members of a sorted set in their order, or of a list, or the fields of a hash.
function world:members(family, id)
  local entry, list = self:entry(family, id), {}
  if not entry then return list end
  if entry.type == "list" then
    for i = entry.first, entry.last do list[#list + 1] = entry[i] end
    return list
  end
  local scores = entry.scores or entry.fields
  for member in pairs(scores) do list[#list + 1] = member end
  table.sort(list, function(a, b)
    if entry.scores and scores[a] ~= scores[b] then return scores[a] < scores[b] end
    return a < b
  end)
  return list
end

function world:count(family, id)
  return #self:members(family, id)
end

--- Whether work is left: then some things are halfway by intent.
function world:is_busy()
  return self:entry "chores" ~= nil
end

function world:slot(task)
  local entry = self:entry("s", task.session.id)
  return entry and entry.fields["t" .. task.number]
end

function world.must(_, condition, text, ...)
  if not condition then error(text:format(...), 0) end
end

-- ---- calls, and what they did ----

local function parse_bell(text)
  local number, answer = text:match "^([%d.]+)!?:(.*)$"
  return number, answer
end

-- The server's own calls tell in which order it decided.
local function spy(self)
  local call = self.server.call
  return function(name, ...)
    local key, value = ...
    if name == "RPUSH" and value:find "^[%d.]+!:" then
      self.rung = value:match "!:(.*)$"
    elseif name == "RPUSH" and key:sub(1, #PREFIX + 1) == PREFIX .. "m" then
      self.events[#self.events + 1] = { bell = value, session = key:sub(#PREFIX + 2):match "^[^.]+" }
    elseif name == "UNLINK" and key:sub(1, #PREFIX + 1) == PREFIX .. "s" then
      self.events[#self.events + 1] = { buried = key:sub(#PREFIX + 2) }
    end
    return call(name, ...)
  end
end

function world:note(...)
  self.log[#self.log + 1] = table.concat({ ... }, " ")
end

-- `task.ended`: in which call.
local function end_task(self, task, call)
  if task.ended then return end
  task.ended = call
  if self.model.ended then self.model.ended(self, task) end
end

local function on_bell(self, event)
  local session = self.by_id[event.session]
  if event.bell:match "^0:0:watch:" then
    return self:must(not session.buried, "%s is to watch, and has ended", session.id)
  end
  local number, answer = parse_bell(event.bell)
  local task = session.tasks_by_number[number]
  local seq, status, fields = fake_redis.parse(answer)
  self:note("   bell", session.id, event.bell)
  self:must(not session.buried, "a buried session was answered: %s", event.bell)
  self:must(task and task.pending and task.pending.seq == tonumber(seq) and not task.pending.granted,
    "an answer that nobody waits for: %s %s", session.id, event.bell)
  task.pending.granted = answer
  self.model.answered(self, task, task.pending, status, fields)
end

local function on_events(self)
  local events = self.events
  self.events = {}
  for _, event in ipairs(events) do
    if event.buried then
      local session = self.by_id[event.buried]
      session.buried = true
      for _, task in ipairs(session.tasks) do end_task(self, task, self.calls) end
    else
      on_bell(self, event)
    end
  end
end

-- What a request that rings is answered without a bell.
local UNRUNG = { wait = true, lost = true, forgot = true, old = true }

-- own(status, fields), if given, comes before what the others were answered.
function world:call(session, number, seq, own, op, ...)
  local args = table.pack(...)
  for i = 1, args.n do args[i] = tostring(args[i]) end
  self.was_busy, self.calls = self:is_busy(), self.calls + 1
  local answer = self.server.fcall(SPACE, session, number, seq, op, table.unpack(args))
  self:note(session, number, seq, op, table.concat(args, " "), "->", answer)
  local _, status, fields = fake_redis.parse(answer)
  self:must(not self.rung or self.rung == answer, "the answer is %s, and the bell says %s", answer, self.rung)
  self:must(self.rung or not tostring(number):find "!" or UNRUNG[status], "no bell says %s", answer)
  self.rung = nil
  if own then own(status, fields, answer) end
  on_events(self)
  self:check()
  return status, fields, answer
end

-- ---- clients ----

local function open(self)
  self.sessions_made = self.sessions_made + 1
  local session = {
    id = ("s%07d"):format(self.sessions_made), tasks = {}, tasks_by_number = {}, next_task = 1,
    beaten = self.server.clock, name = "p" .. self.sessions_made,
  }
  self.by_id[session.id] = session
  self.sessions[#self.sessions + 1] = session
  self:call(session.id, 0, 0, nil, "open", LEASE, "uid", "host", "h" .. self.sessions_made % 2, "pid",
    self.sessions_made, "name", session.name, "machine", "m" .. self.sessions_made % 2, "start", 1)
  for _ = 1, self.tasks do self:new_task(session) end
  return session
end

function world.new_task(_, session)
  local task = {
    session = session, number = ("%d"):format(session.next_task), seq = 0, who = session.id .. "." .. session.next_task,
  }
  session.next_task = session.next_task + 1
  session.tasks[#session.tasks + 1] = task
  session.tasks_by_number[task.number] = task
  return task
end

local function forget(self, session)
  for i, one in ipairs(self.sessions) do
    if one == session then table.remove(self.sessions, i) end
  end
end

-- The client knows that its lease has ended.
local function lost(self, session)
  self:must(session.buried or session.replaced, "%s was told that it is lost, and is not", session.id)
  forget(self, session)
end

local GIVEN_UP = { timeout = true, empty = true, full = true }

-- What a request was answered at once; nil pending where it has its answer.
local function settle(self, task, request, status, fields)
  if status == "lost" and fields[1] == "" then
    task.pending = nil
    return
  end
  self:must(status ~= "forgot" and status ~= "old", "%s was answered %s", task.who, status)
  if status == "wait" then
    if self.model.waits then self.model.waits(self, task, request) end
    return
  end
  task.pending = nil
  self.model.answered(self, task, request, status, fields)
end

--- A numbered request; perhaps sent twice.
-- Two of three tasks listen at a list of their own; one of these expects to wait.
local MARKS = { [0] = "!", "+", "" }
local function name_of(task) return task.number .. MARKS[tonumber(task.number) % 3] end

function world:ask(task, op, ...)
  task.seq = task.seq + 1
  local session = task.session
  local request = { seq = task.seq, op = op, args = table.pack(...) }
  task.pending, task.last = request, request
  local status, _, answer = self:call(session.id, name_of(task), task.seq, function(status, fields)
    settle(self, task, request, status, fields)
  end, op, ...)
  if status == "lost" and not task.pending then
    if session.buried then lost(self, session) end
    return status, request
  end
  if self:one_in(4) then self:resend(task, request, answer) end
  return status, request
end

--- The same request again: the answer is the same, or has come meanwhile.
function world:resend(task, request, before)
  local session = task.session
  if session.buried then return end
  local status, _, answer = self:call(session.id, (name_of(task):gsub("!", "+")), request.seq, nil, request.op,
    table.unpack(request.args, 1, request.args.n))
  if status == "lost" then return end
  if before and not before:match ":wait:" then
    self:must(answer == before, "sent again, %s was answered %s and not %s", request.op, answer, before)
  elseif status ~= "wait" then
    self:must(request.granted == answer, "sent again, %s was answered %s, but the bell said %s", request.op, answer,
      tostring(request.granted))
    if task.pending == request then task.pending = nil end
  end
end

-- ---- what happens to clients ----

-- Reads a bell, or loses it: then what waits is asked again.
local function listen(self, session)
  local list = PREFIX .. "m" .. session.id
  local bell = self.server.call("LPOP", list)
  for _, task in ipairs(session.tasks) do bell = bell or self.server.call("LPOP", list .. "." .. task.number) end
  if not bell then return end
  local number, answer = parse_bell(bell)
  local task = session.tasks_by_number[number]
  local request = task and task.pending
  local seq = fake_redis.parse(answer)
  if not request or request.seq ~= tonumber(seq) then return end
  if self:one_in(4) then
    self:note("   lost the bell", session.id, bell)
    self:resend(task, request)
    return
  end
  self:must(answer == request.granted, "the bell says %s, but it was %s", answer, tostring(request.granted))
  task.pending = nil
end

-- The answer to a cancel that came too late, or whose wait was about to be answered.
local function cancelled_late(self, task, request, leave, status, answer)
  task.pending = nil
  if answer == request.granted then return end
  self:must(request.granted and leave == "2" and status == "timeout", "cancelled, %s was answered %s and not %s",
    request.op, answer, tostring(request.granted))
  self:must(self.model.undone, "%s was undone", request.op)
  local _, _, granted = fake_redis.parse(request.granted)
  self.model.undone(self, task, request, granted)
end

local function given_up(self, task, request, leave, status, fields)
  if GIVEN_UP[status] then
    task.pending = nil
    request.leave = leave
    self.model.answered(self, task, request, status, fields)
  elseif status == "wait" then
    request.cancelled = true
    self:must(leave == "0" or self.was_busy, "cancelled with %s, it still waits: %s", leave, request.op)
    if self.model.postponed then self.model.postponed(self, task, request) end
  end
end

local function cancel(self, task)
  local request, leave = task.pending, self:pick{ "0", "1", "2" }
  local late = request.granted
  local function own(status, fields, answer)
    if late then
      cancelled_late(self, task, request, leave, status, answer)
    else
      given_up(self, task, request, leave, status, fields)
    end
  end
  local status, _, answer = self:call(task.session.id, task.number, request.seq, function(status, fields, answer)
    if status ~= "lost" and (late or GIVEN_UP[status] or status == "wait") then own(status, fields, answer) end
  end, "cancel", leave, request.op, table.unpack(request.args, 1, request.args.n))
  if status ~= "lost" and task.pending == request and status ~= "wait" then
    cancelled_late(self, task, request, leave, status, answer)
  end
end

-- SIGKILL: nothing more comes from it; the server learns it later.
local function kill(self, session)
  self:note("   killed", session.id)
  session.dead = true
  forget(self, session)
  self.dead[#self.dead + 1] = session
end

local function witness(self)
  local session = table.remove(self.dead, self:random(#self.dead))
  local other = self:pick(self.sessions)
  if other then self:call(other.id, 0, 0, nil, "died", session.id) end
end

local function bye(self, session)
  self:call(session.id, 0, 0, nil, "bye")
  forget(self, session)
end

local function leave(self, task)
  local session = task.session
  for i, one in ipairs(session.tasks) do
    if one == task then table.remove(session.tasks, i) end
  end
  end_task(self, task, self.calls + 1)
  self:call(session.id, task.number, 0, nil, "leave")
  task.pending = nil
  self:new_task(session)
end

-- A late copy of a request of long ago, out of a connection that broke.
local function old_copy(self, task)
  if task.seq < 2 or task.session.buried then return end
  local status = self:call(task.session.id, task.number, task.seq - 1, nil, self.model.old or "find", "x")
  self:must(status == "old", "a late copy was answered %s", status)
end

local function beat(self, session)
  for _ = 1, 20 do
    local status, fields = self:call(session.id, 0, 0, nil, "beat")
    if status == "lost" then return lost(self, session) end
    if fields[1] ~= "1" then break end
  end
  session.beaten = self.server.clock
end

local function pass_time(self)
  self.server.clock = self.server.clock + self:random(3) * 1000000
  for _, session in ipairs{ table.unpack(self.sessions) } do
    if session.stopped then
      session.stopped = session.stopped - 1
      if session.stopped == 0 then session.stopped = nil end
    end
    if not session.stopped then beat(self, session) end
  end
end

-- ---- a history ----

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
    if not self:one_in(3) then return listen(self, session) end
    if not task.pending.cancelled then return cancel(self, task) end
    return
  end
  local request = table.pack(self.model.choose(self, task))
  if request[1] then self:ask(task, table.unpack(request, 1, request.n)) end
end

local RARE = {
  function(self, session) kill(self, session) end,
  function(self, session) session.stopped = self:random(8) end,
  function(self, session) bye(self, session) end,
  function(self, session) leave(self, self:pick(session.tasks)) end,
  function(self, session) leave(self, self:pick(session.tasks)) end,
}

local function step(self)
  while #self.sessions < self.wanted do open(self) end
  local session = runnable(self)
  if not session or self:one_in(12) then return pass_time(self) end
  if #self.dead > 0 and self:one_in(6) then return witness(self) end
  if self:one_in(25) then return self:pick(RARE)(self, session) end
  if self:one_in(15) then return old_copy(self, self:pick(session.tasks)) end
  if self:one_in(4) then return listen(self, session) end
  return act(self, session)
end

-- ---- invariants of all objects ----

local function slots(self)
  local waiting = {}
  for key, entry in pairs(self.server.data) do
    local id = key:match("^" .. "tl:{k}:s(s%d+)$")
    for field, text in pairs(id and entry.fields or {}) do
      local number, seq, lines = field:match "^t([%d.]+)$", text:match "^(%d+):wait:%S+ %S+ %S+ %d%+? ([^\n]*)\n"
      if number and seq then waiting[id .. "." .. number .. "." .. seq] = lines end
    end
  end
  return waiting
end

local LINES = { w = true, p = true, j = true, v = true }

local function is_in(entry, waiter)
  for at = entry and entry.first or 1, entry and entry.last or 0 do
    if entry[at] == waiter then return true end
  end
  return false
end

-- Who waits is in all his lines, and who is in a line waits for it.
local function check_lines(self)
  local waiting = slots(self)
  for waiter, lines in pairs(waiting) do
    for line in lines:gmatch "%S+" do
      local entry = self.server.data[PREFIX .. line]
      self:must(is_in(entry, waiter) or self:is_busy(), "%s waits in %s, but is not in it", waiter, line)
    end
  end
  for key, entry in pairs(self.server.data) do
    local line = key:sub(#PREFIX + 1)
    if entry.type == "list" and LINES[line:sub(1, 1)] and line:match "^%a%d" then
      for at = entry.first, entry.last do
        local waiter = entry[at]
        local lines = waiting[waiter]
        self:must(lines and (" " .. lines .. " "):find(" " .. line .. " ", 1, true), "%s is in %s, and does not wait",
          waiter, line)
      end
    end
  end
end

-- Nobody sleeps whose answer is there, but for whom a bell rings.
local function check_bells(self)
  for _, session in ipairs(self.sessions) do
    for _, task in ipairs(session.tasks) do
      local slot = not session.buried and self:slot(task)
      if task.pending and slot and not slot:match "^%d+:wait:" then
        self:must(task.pending.granted, "%s sleeps, though its slot says %s", task.who, slot)
      end
    end
  end
end

-- Nothing is left of sessions that have ended.
local function check_ends(self)
  if self:is_busy() then return end
  for key in pairs(self.server.data) do
    local id = key:match "^tl:{k}:[shm](s%d+)"
    self:must(not id or not self.by_id[id].buried, "%s is left of a session that has ended", key)
  end
end

function world:check()
  check_lines(self)
  check_bells(self)
  check_ends(self)
  if not self:is_busy() then self.model.check(self) end
end

-- ---- the end: nothing is left ----

local function finish(self)
  self.server.clock = self.server.clock + 1000000
  local last = open(self)
  for _, session in ipairs{ table.unpack(self.sessions) } do
    if session ~= last then self:call(last.id, 0, 0, nil, "died", session.id) end
  end
  for _, session in ipairs(self.dead) do self:call(last.id, 0, 0, nil, "died", session.id) end
  for _ = 1, 100 do
    if not self:is_busy() then break end
    beat(self, last)
  end
  if self.model.finish then self.model.finish(self, last.tasks[1]) end
  self.model.check = function() end
  for i = 1, 100 do
    local _, fields = self:call(last.id, 1, last.tasks[1].seq + i, nil, "clear_space")
    if fields[1] == "0" then break end
  end
  self:call(last.id, 0, 0, nil, "bye")
  for _ = 1, 100 do self.server.fcall(SPACE, "-", 0, 0, "status") end
  for key, entry in pairs(self.server.data) do
    self:must(key == PREFIX .. "space" or key == PREFIX .. "turn" or entry.ends, "%s is left behind", key)
  end
end

--- Makes an object; its id.
function world:make(kind, ...)
  local session = self.sessions[1] or open(self)
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
  self.server.spy(spy(self))
  return self
end

local function play(self, steps)
  self.model.check = function() end
  open(self)
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
