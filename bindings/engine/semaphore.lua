--- Semaphore: a number of seats.
--
-- Fields: value and bounded as it was made, free, lent (a task has given back another's seat: so others than those
-- who have them may end a wait, and it is no part of a cycle).  Line w<ID>.  Bounded: the sorted set u<ID> has the
-- tasks by the number of seats that they have, so that those of the dead come back; free seats and these are
-- always `value`.
-- Without a bound it is a signal, and nothing comes back: that would invent signals.
local engine = ...
local call, store, slot, object = engine.call, engine.store, engine.slot, engine.object
local LIMIT, MOST_HOLDERS = engine.LIMIT, 64

local ABOVE = "above its bound; release only what was acquired"

local function is_bounded(o)
  return o.bounded == "1"
end

local function seats_key(o)
  return store.key("u", o.id)
end

local function take(o, who)
  object.set(o, "free", store.digits(o.free - 1))
  if not is_bounded(o) then return end
  call("ZINCRBY", seats_key(o), 1, who)
  engine.hold.set(who, "seat", o.id, "", "1")
end

local function leave(o, who, n)
  if tonumber(call("ZINCRBY", seats_key(o), -n, who)) > 0 then return end
  call("ZREM", seats_key(o), who)
  engine.hold.clear(who, "seat", o.id, "")
end

-- The seats come off the task's own account, and then off those who have most.
local function settle(o, who, n)
  while n > 0 do
    local own = tonumber(call("ZSCORE", seats_key(o), who) or 0)
    if own == 0 then
      local most = call("ZREVRANGE", seats_key(o), 0, 0, "WITHSCORES")
      who, own = most[1], tonumber(most[2])
      object.set(o, "lent", "1")
    end
    local some = math.min(own, n)
    leave(o, who, some)
    n = n - some
  end
end

local function let_in(o, most)
  for let = 0, most - 1 do
    local record = tonumber(o.free) > 0 and slot.next("w" .. o.id)
    if not record then return let, true end
    take(o, record.who)
    slot.answer(record, "ok")
  end
  return most, false
end

local function go_on(o)
  local _, finished = let_in(o, LIMIT)
  if not finished then engine.chore.add("semaphore", o.id) end
end

engine.go_on.semaphore = go_on

engine.chores.semaphore = function(budget, id)
  local o = object.load(id)
  if not o then return 1, true end
  return let_in(o, budget)
end

engine.define("semaphore_acquire", "semaphore", function(me, o, may)
  if tonumber(o.free) > 0 and (may == "0" or slot.waiting("w" .. o.id) == 0) then
    take(o, me.who)
    return "ok"
  end
  if may == "0" then return "timeout" end
  local cycle = may == "1" and is_bounded(o) and engine.cycle.find(me, o)
  if cycle then return "error", { cycle } end
  return slot.wait(me, o.id, may, "w" .. o.id)
end)

local function release(o, who, n)
  if is_bounded(o) then settle(o, who, n) end
  object.set(o, "free", store.digits(o.free + n))
  go_on(o)
end

engine.define("semaphore_release", "semaphore", function(me, o, n)
  n = tonumber(n) or 1
  if is_bounded(o) and o.free + n > tonumber(o.value) then return "error", { ABOVE } end
  release(o, me.who, n)
  return "ok"
end)

engine.anyway.semaphore_release = true

engine.define("semaphore_value", "semaphore", function(_, o)
  return "ok", { o.free }
end)

-- Another task may have given back the seat that it was granted.
engine.undo.semaphore_acquire = function(me, o)
  if o and (not is_bounded(o) or call("ZSCORE", seats_key(o), me.who)) then release(o, me.who, 1) end
  return true
end

engine.died.seat = function(who, id)
  local o = object.load(id)
  local seats = o and tonumber(call("ZSCORE", seats_key(o), who) or 0) or 0
  if seats > 0 then release(o, who, seats) end
end

engine.holders.semaphore = function(o)
  local flat, list, seats = call("ZRANGE", seats_key(o), 0, MOST_HOLDERS, "WITHSCORES"), {}, 0
  for i = 1, #flat, 2 do
    list[#list + 1] = flat[i]
    seats = seats + flat[i + 1]
  end
  return is_bounded(o) and not o.lent and seats == tonumber(o.value) and list or {}, true
end

engine.kinds.semaphore = {
  options = { value = "1", bounded = "0" },
  state_fields = { "free", "lent" },
  clean = { bounded = function(value) return (value == "" or value == "0") and "0" or "1" end },
  begin = function(o) o.free = o.value end,
  lines = function(o) return { "w" .. o.id } end,
  removed = function(o) call("UNLINK", seats_key(o)) end,
  state = function(o)
    return ("%s%s free, %d waiting"):format(o.free, is_bounded(o) and " of " .. o.value or "",
      slot.waiting("w" .. o.id))
  end,
}
