--- The calls of an engine world (world.lua), and what they did: the server tells in which order it decided.
local fake_redis = dofile "spec/support/engine/fake_redis.lua"

local calls = { SPACE = "k" }

--- Whom a bell is for, and the answer that it brings.
function calls.parse_bell(text)
  local number, answer = text:match "^([%d.]+)!?:(.*)$"
  return number, answer
end

-- The server's own calls tell in which order it decided.
function calls:spy()
  local call = self.server.call
  return function(name, ...)
    local key, value = ...
    if name == "RPUSH" and value:find "^[%d.]+!:" then
      self.rung = value:match "!:(.*)$"
    elseif name == "RPUSH" and key:sub(1, #self.PREFIX + 1) == self.PREFIX .. "m" then
      self.events[#self.events + 1] = { bell = value, session = key:sub(#self.PREFIX + 2):match "^[^.]+" }
    elseif name == "UNLINK" and key:sub(1, #self.PREFIX + 1) == self.PREFIX .. "s" then
      self.events[#self.events + 1] = { buried = key:sub(#self.PREFIX + 2) }
    end
    return call(name, ...)
  end
end

function calls:note(...)
  self.log[#self.log + 1] = table.concat({ ... }, " ")
end

-- `task.ended`: in which call.
function calls:end_task(task, call)
  if task.ended then return end
  task.ended = call
  if self.model.ended then self.model.ended(self, task) end
end

local function on_bell(self, event)
  local session = self.by_id[event.session]
  if event.bell:match "^0:0:watch:" then
    return self:must(not session.buried, "%s is to watch, and has ended", session.id)
  end
  local number, answer = calls.parse_bell(event.bell)
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
      for _, task in ipairs(session.tasks) do self:end_task(task, self.calls) end
    else
      on_bell(self, event)
    end
  end
end

-- What a request that rings is answered without a bell.
local UNRUNG = { wait = true, lost = true, forgot = true, old = true }

-- own(status, fields), if given, comes before what the others were answered.
function calls:call(session, number, seq, own, op, ...)
  local args = table.pack(...)
  for i = 1, args.n do args[i] = tostring(args[i]) end
  self.was_busy, self.calls = self:is_busy(), self.calls + 1
  local answer = self.server.fcall(self.SPACE, session, number, seq, op, table.unpack(args))
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

-- The client knows that its lease has ended.
function calls:lost(session)
  self:must(session.buried or session.replaced, "%s was told that it is lost, and is not", session.id)
  self:forget(session)
end

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

-- Two of three tasks listen at a list of their own; one of these expects to wait.
local MARKS = { [0] = "!", "+", "" }
local function name_of(task) return task.number .. MARKS[tonumber(task.number) % 3] end

--- A numbered request; perhaps sent twice.
function calls:ask(task, op, ...)
  task.seq = task.seq + 1
  local session = task.session
  local request = { seq = task.seq, op = op, args = table.pack(...) }
  task.pending, task.last = request, request
  local status, _, answer = self:call(session.id, name_of(task), task.seq, function(status, fields)
    settle(self, task, request, status, fields)
  end, op, ...)
  if status == "lost" and not task.pending then
    if session.buried then self:lost(session) end
    return status, request
  end
  if self:one_in(4) then self:resend(task, request, answer) end
  return status, request
end

--- The same request again: the answer is the same, or has come meanwhile.
function calls:resend(task, request, before)
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

return calls
