--- Lock: one task at a time: lock, rlock (its holder may take it again), and the claim of a value or a table.
--
-- Fields: owner (SESSION.TASK), token (grows with every grant, never repeats), depth, dead (its last owner died with
-- it).  Line w<ID>.  Nobody waits for a free lock: whoever releases it, or buries its owner, hands it to the next.
local engine = ...
local store, slot, object, hold = engine.store, engine.slot, engine.object, engine.hold
local growing, pair, next_of, answer = store.growing, store.pair, slot.next, slot.answer
local touch, put, drop = object.touch, hold.put, hold.drop

local lock = {}
engine.lock = lock

local HELD = "deadlock: held by this task already; a lock is not re-entrant: release it first, or use rlock"

-- What a task has of the lock, as hold calls it: made once.
local function hold_name(o)
  local name = o.hold_name
  if not name then
    name = hold.name("lock", o.id, "")
    o.hold_name = name
  end
  return name
end

-- The place of the slot of the task itself.
local function own_place(place)
  return place.is_nested and slot.place_of(place.who) or place
end

-- Gives the lock to a task, for a request of it: what that is answered.
local function give(o, place, depth, waiter)
  local token = growing(o.token)
  local status = o.dead and "abandoned" or "ok"
  if not o.changed then touch(o) end
  o.owner, o.token, o.depth, o.dead = place.who, token, depth, nil
  put(place.is_nested and own_place(place) or place, o.hold_name or hold_name(o), waiter)
  return status, pair(token, depth)
end

--- The lock is nobody's: hands it to the first who waits.  A waiter's extra: depth, status if not that of the grant.
function lock.pass_on(o)
  local record = next_of(o.line)
  if not record then
    touch(o)
    o.owner, o.depth = nil, nil
    return
  end
  local extra = record.extra
  local status, fields = give(o, record.place, extra[1] or "1", record.waiter)
  if record.op == "condition_wait" then
    if extra[2] == "" then
      hold.set(record.who, "notified", "", "", record.waiter .. " " .. extra[3])
    else
      status = extra[2]
    end
  end
  answer(record, status, fields)
end

local function is_reentrant(o)
  return o.kind ~= "lock"
end

-- A callback may have it for its own while, where a wait that it runs inside of was granted it.
local function may_again(me, o)
  return is_reentrant(o) or engine.nested.is_unheard(me, hold.get(me.who, "lock", o.id, ""))
end

--- Acquires for a task: status, fields.
function lock.acquire(me, o, may)
  if not o.owner then return give(o, me.place, "1", me.place.prefix .. me.seq) end
  if o.owner == me.who then
    if not may_again(me, o) then return "error", { HELD } end
    object.set(o, "depth", store.digits(o.depth + 1))
    return "ok", { o.token, o.depth }
  end
  if may == "0" then return "timeout" end
  local cycle = may == "1" and engine.cycle.find(me, o)
  if cycle then return "error", { cycle } end
  return slot.wait(me, o.id, may, o.line)
end

--- The task that has it gives it up, however often it had acquired it.
function lock.let_go(me, o)
  drop(own_place(me.place), hold_name(o))
  lock.pass_on(o)
end

local function refusal(o, me)
  if is_reentrant(o) then return "not held by this task; only the task that acquired it can release it" end
  if not o.owner then return "nobody holds it; acquire it first" end
  return ("it is held by %s; only its holder can release it"):format(engine.session.person(o.owner, me.session))
end

function lock.release(me, o)
  if o.owner ~= me.who then return "error", { refusal(o, me) } end
  if o.depth == "1" then
    lock.let_go(me, o)
    return "ok", "1:0"
  end
  object.set(o, "depth", store.digits(o.depth - 1))
  return "ok", { o.depth }
end

engine.define("lock_acquire", "lock rlock", lock.acquire)
engine.define("lock_release", "lock rlock", lock.release)
engine.define("claim", "value table", lock.acquire)
engine.define("unclaim", "value table", lock.release)

engine.define("lock_holder", "lock rlock value table", function(_, o)
  if not o.owner then return "ok", { "", "", "", o.token or "", 0 } end
  local session, task = o.owner:match "^([^.]+)%.(.+)$"
  return "ok", { engine.session.name(o.owner), session, task, o.token, o.depth }
end)

local function undo(me, o)
  if o and o.owner == me.who then lock.release(me, o) end
  return true
end

engine.undo.lock_acquire = undo
engine.undo.claim = undo
engine.anyway.lock_release, engine.anyway.unclaim = true, true

engine.died.lock = function(who, id)
  local o = object.load(id)
  if not o or o.owner ~= who then return end
  object.set(o, "dead", "1")
  lock.pass_on(o)
end

local function holder(o)
  return { o.owner }, false
end

local function go_on(o)
  if not o.owner then lock.pass_on(o) end
end

for _, kind in ipairs{ "lock", "rlock", "value", "table" } do
  engine.holders[kind] = holder
  engine.go_on[kind] = go_on
end

--- "held by NAME (pid N), 3 waiting", "free", "free, abandoned"
function lock.state(o, asker)
  if not o.owner then return o.dead and "free, abandoned" or "free" end
  return ("held by %s, %d waiting"):format(engine.session.person(o.owner, asker), slot.waiting("w" .. o.id))
end

for _, kind in ipairs{ "lock", "rlock" } do
  engine.kinds[kind] = {
    options = {}, state = lock.state, state_fields = { "owner", "token", "depth", "dead", "conditions" },
    lines = function(o)
      local lines = { "w" .. o.id }
      for condition in (o.conditions or ""):gmatch "%S+" do lines[#lines + 1] = "w" .. condition end
      return lines
    end,
  }
end
