--- Rwlock: many readers, or one writer.
--
-- Fields: writer (SESSION.TASK), token, dead (a writer died writing).  Readers: the hash r<ID>.  Line w<ID>, of readers
-- and writers in order of arrival: a reader behind a waiting writer waits, and a writer that leaves lets in whoever is
-- next: another writer, or all readers up to the next writer.  So neither starves.
local engine = ...
local call, store, slot, object = engine.call, engine.store, engine.slot, engine.object
local LIMIT = engine.LIMIT

local HELD = "deadlock: held by this task already; release it first"
local NOT_HELD = "not held by this task; only the task that acquired it can release it"

local function readers_of(o)
  return store.key("r", o.id)
end

local function status_of(o)
  local status = o.dead and "abandoned" or "ok"
  if o.dead then object.clear(o, "dead") end
  return status
end

local function let_write(o, who)
  local status, token = status_of(o), store.growing(o.token)
  object.set(o, "writer", who, "token", token)
  engine.hold.set(who, "write", o.id, "", token)
  return status, { token }
end

local function let_read(o, who)
  call("HSET", readers_of(o), who, 1)
  engine.hold.set(who, "read", o.id, "", "1")
  return status_of(o), { o.token or "0" }
end

-- Lets in whoever can go on: returns how many, and whether that is all.
local function let_in(o, most)
  for let = 0, most - 1 do
    local record = slot.first("w" .. o.id)
    local writes = record and record.op == "rwlock_write"
    if not record or o.writer or writes and call("EXISTS", readers_of(o)) == 1 then return let, true end
    slot.unlist(record)
    slot.answer(record, (writes and let_write or let_read)(o, record.who))
  end
  return most, false
end

local function go_on(o)
  local _, finished = let_in(o, LIMIT)
  if not finished then engine.chore.add("rwlock", o.id) end
end

engine.go_on.rwlock = go_on

engine.chores.rwlock = function(budget, id)
  local o = object.load(id)
  if not o then return 1, true end
  return let_in(o, budget)
end

local function has(o, who)
  return o.writer == who or call("HEXISTS", readers_of(o), who) == 1
end

local function enter(me, o, may, is_free, let)
  if has(o, me.who) then return "error", { HELD } end
  if is_free then return let(o, me.who) end
  if may == "0" then return "timeout" end
  local cycle = may == "1" and engine.cycle.find(me, o)
  if cycle then return "error", { cycle } end
  return slot.wait(me, o.id, may, "w" .. o.id)
end

engine.define("rwlock_read", "rwlock", function(me, o, may)
  return enter(me, o, may, not o.writer and slot.waiting("w" .. o.id) == 0, let_read)
end)

engine.define("rwlock_write", "rwlock", function(me, o, may)
  return enter(me, o, may, not o.writer and call("EXISTS", readers_of(o)) == 0
    and slot.waiting("w" .. o.id) == 0, let_write)
end)

local function release(o, who)
  if o.writer == who then
    object.clear(o, "writer")
    engine.hold.clear(who, "write", o.id, "")
  elseif call("HDEL", readers_of(o), who) == 1 then
    engine.hold.clear(who, "read", o.id, "")
  else
    return false
  end
  go_on(o)
  return true
end

engine.define("rwlock_release", "rwlock", function(me, o)
  if not release(o, me.who) then return "error", { NOT_HELD } end
  return "ok"
end)

engine.anyway.rwlock_release = true

local function undo(me, o)
  if o then release(o, me.who) end
  return true
end

engine.undo.rwlock_read = undo
engine.undo.rwlock_write = undo

-- Those behind a writer that gives up may be able to read.
local function gave_up(record)
  local o = object.load(record.id)
  if o then go_on(o) end
end

slot.cancel.rwlock_read = gave_up
slot.cancel.rwlock_write = gave_up

engine.died.write = function(who, id)
  local o = object.load(id)
  if not o or o.writer ~= who then return end
  object.set(o, "dead", "1")
  release(o, who)
end

engine.died.read = function(who, id)
  local o = object.load(id)
  if o then release(o, who) end
end

engine.holders.rwlock = function(o)
  return o.writer and { o.writer } or call("HKEYS", readers_of(o)), false
end

local function waiting(o)
  local reading, writing = 0, 0
  for _, waiter in ipairs(call("LRANGE", store.key("w", o.id), "0", LIMIT - 1)) do
    local session, task, seq = slot.split(waiter)
    local record = slot.record(session, task, seq)
    if record and record.op == "rwlock_write" then writing = writing + 1 else reading = reading + 1 end
  end
  return reading, writing
end

engine.kinds.rwlock = {
  options = {},
  state_fields = { "writer", "token", "dead" },
  lines = function(o) return { "w" .. o.id } end,
  removed = function(o) call("UNLINK", readers_of(o)) end,
  state = function(o, asker)
    local who = o.writer and "written by " .. engine.session.person(o.writer, asker)
      or ("read by %d"):format(call("HLEN", readers_of(o)))
    return ("%s, %d waiting to read, %d to write"):format(who, waiting(o))
  end,
}
