--- The clients of an engine world (world.lua), and what happens to them.
local fake_redis = dofile "spec/support/engine/fake_redis.lua"

local clients = {}

local LEASE = 10000
local GIVEN_UP = { timeout = true, empty = true, full = true }

--- A client: a session with its tasks.
function clients:open()
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

function clients.new_task(_, session)
  local task = {
    session = session, number = ("%d"):format(session.next_task), seq = 0, who = session.id .. "." .. session.next_task,
  }
  session.next_task = session.next_task + 1
  session.tasks[#session.tasks + 1] = task
  session.tasks_by_number[task.number] = task
  return task
end

--- The client does nothing any more.
function clients:forget(session)
  for i, one in ipairs(self.sessions) do
    if one == session then table.remove(self.sessions, i) end
  end
end

-- Reads a bell, or loses it: then what waits is asked again.
function clients:listen(session)
  local list = self.PREFIX .. "m" .. session.id
  local bell = self.server.call("LPOP", list)
  for _, task in ipairs(session.tasks) do bell = bell or self.server.call("LPOP", list .. "." .. task.number) end
  if not bell then return end
  local number, answer = self.parse_bell(bell)
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

function clients:cancel(task)
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
function clients:kill(session)
  self:note("   killed", session.id)
  session.dead = true
  self:forget(session)
  self.dead[#self.dead + 1] = session
end

function clients:witness()
  local session = table.remove(self.dead, self:random(#self.dead))
  local other = self:pick(self.sessions)
  if other then self:call(other.id, 0, 0, nil, "died", session.id) end
end

function clients:bye(session)
  self:call(session.id, 0, 0, nil, "bye")
  self:forget(session)
end

function clients:leave(task)
  local session = task.session
  for i, one in ipairs(session.tasks) do
    if one == task then table.remove(session.tasks, i) end
  end
  self:end_task(task, self.calls + 1)
  self:call(session.id, task.number, 0, nil, "leave")
  task.pending = nil
  self:new_task(session)
end

-- A late copy of a request of long ago, out of a connection that broke.
function clients:old_copy(task)
  if task.seq < 2 or task.session.buried then return end
  local status = self:call(task.session.id, task.number, task.seq - 1, nil, self.model.old or "find", "x")
  self:must(status == "old", "a late copy was answered %s", status)
end

function clients:beat(session)
  for _ = 1, 20 do
    local status, fields = self:call(session.id, 0, 0, nil, "beat")
    if status == "lost" then return self:lost(session) end
    if fields[1] ~= "1" then break end
  end
  session.beaten = self.server.clock
end

function clients:pass_time()
  self.server.clock = self.server.clock + self:random(3) * 1000000
  for _, session in ipairs{ table.unpack(self.sessions) } do
    if session.stopped then
      session.stopped = session.stopped - 1
      if session.stopped == 0 then session.stopped = nil end
    end
    if not session.stopped then self:beat(session) end
  end
end

return clients
