--- Engine client: asks an engine on a fake server as the sessions and tasks of a spec.
--
--   local client = dofile "spec/support/engine/client.lua"
--   local space = client.new()
--   local ann = space:session "ann"                    -- opened; ann.task(1) is another of its tasks
--   local status, fields = ann:ask("make", "lock", "pan", "space")
--   local id = ann:make("lock", "pan")
--   ann:bell()                                         -- the next one: "TASK:SEQ:STATUS:FIELDS"; false: none
local fake_redis = dofile "spec/support/engine/fake_redis.lua"

local client, space, task = {}, {}, {}
space.__index, task.__index = space, task

--- A space on a server of its own.
function client.new()
  return setmetatable({ server = fake_redis.new(), sessions = 0 }, space)
end

local function unnumbered(self, session, number, ...)
  local _, status, fields = fake_redis.parse(self.server.fcall("spec", session, number, 0, ...))
  return status, fields
end

--- An unnumbered request of nobody's.
function space:look(...)
  return unnumbered(self, "-", 0, ...)
end

--- Opens a session; its first task.
function space:session(name, lease, machine)
  self.sessions = self.sessions + 1
  local id = ("%s%08d"):format(name, self.sessions)
  local one = setmetatable({ space = self, id = id, number = 1, seq = 0, who = id .. ".1" }, task)
  one.opened = { one:unnumbered("open", lease or 10000, "uid-" .. name, "host", "pi-" .. self.sessions, "pid",
    self.sessions, "name", name, "machine", machine or "m", "start", 7) }
  return one
end

--- Another task of the session.
function task:task(number)
  local id = self.id
  return setmetatable({ space = self.space, id = id, number = number, seq = 0, who = id .. "." .. number }, task)
end

--- Of the session as a whole.
function task:unnumbered(...)
  return unnumbered(self.space, self.id, 0, ...)
end

--- Of the task.
function task:own(...)
  return unnumbered(self.space, self.id, self.number, ...)
end

--- The next numbered request, or that of a number.
function task:ask(...)
  self.seq = self.seq + 1
  return self:ask_as(self.seq, ...)
end

function task:ask_as(seq, ...)
  local _, status, fields = fake_redis.parse(self.space.server.fcall("spec", self.id, self.number, seq, ...))
  return status, fields
end

function task:cancel(leave, ...)
  return self:ask_as(self.seq, "cancel", leave, ...)
end

function task:make(kind, name, ...)
  local _, fields = self:ask("make", kind, name or "", "space", ...)
  return fields[1]
end

function task:bell()
  return self.space.server.call("LPOP", "tl:{spec}:m" .. self.id)
end

--- Lets seconds pass, in parts in which these sessions beat.
function space:pass(seconds, ...)
  for _ = 1, seconds do
    self.server.clock = self.server.clock + 1000000
    for _, one in ipairs{ ... } do one:unnumbered "beat" end
  end
end

return client
