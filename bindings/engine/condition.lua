--- Condition: where tasks that hold a lock give it up until another tells them to look again.
--
-- Field lock: its lock's id.  Line w<ID>; a waiter's extra: depth of the lock, then nothing, or `timeout` once its time
-- has run out, then the condition's id.  Notified, or out of time, a waiter moves to the lock's own line: nobody is
-- woken before he can have the lock.  If one that was notified goes before it got the lock, or before it asked for
-- anything after that, the next is notified.
local engine = ...
local slot, object, lock = engine.slot, engine.object, engine.lock

local condition = {}
engine.condition = condition

local MANY = 4 * engine.LIMIT
local WITHOUT = "this task does not hold its lock; acquire it first"

local function move(record, own, status)
  slot.move(record, own.id, "w" .. own.id, { record.extra[1], status, record.extra[3] })
  if not own.owner then lock.pass_on(own) end
end

-- Up to n; where that is more than a call may do, the rest of those who wait now is left to the next ones.
local function notify(o, own, n)
  local notified = 0
  if n > MANY and slot.waiting("w" .. o.id) > MANY then
    slot.set_aside("w" .. o.id, "notify", o.id)
    return MANY
  end
  while notified < n do
    local record = slot.next("w" .. o.id, true)
    if not record then break end
    move(record, own, "")
    notified = notified + 1
  end
  return notified
end

engine.define("condition_wait", "condition", function(me, o, may)
  local own = object.load(o.lock)
  if not own then return "removed" end
  if own.owner ~= me.who then return "error", { WITHOUT } end
  local waited = may == "0" and slot.wait(me, own.id, may, "w" .. own.id, nil, { own.depth, "timeout", o.id })
    or slot.wait(me, o.id, may, "w" .. o.id, nil, { own.depth, "", o.id })
  lock.let_go(me, own)
  return waited
end)

engine.define("condition_notify", "condition", function(me, o, n)
  local own = object.load(o.lock)
  if not own then return "removed" end
  if own.owner ~= me.who then return "error", { WITHOUT } end
  return "ok", { notify(o, own, n == "all" and math.huge or tonumber(n) or 1) }
end)

engine.chores.notify = function(budget, rest, id)
  local o = object.load(id)
  local own = o and object.load(o.lock)
  for used = 1, budget do
    local record = slot.next(rest, true)
    if not record then return used, true end
    if not own then slot.answer(record, "removed") elseif record.id == id then move(record, own, "") end
  end
  return budget, false
end

local function is_notified(record)
  return record.id ~= record.extra[3] and record.extra[2] ~= "timeout"
end

slot.postpone.condition_wait = function(record)
  if record.id ~= record.extra[3] then return end
  local o = object.load(record.id)
  slot.unlist(record)
  move(record, object.load(o.lock), "timeout")
end

slot.cancel.condition_wait = function(record)
  local o = is_notified(record) and object.load(record.extra[3])
  local own = o and object.load(o.lock)
  if own then notify(o, own, 1) end
end

-- Of a task that ends: whether it was notified and has asked for nothing since, so that it may not have heard of it.
-- Returns what then notifies the next.
function condition.unheard(who, slot_of)
  local value = engine.hold.get(who, "notified", "", "")
  if not value then return nil end
  local task, seq, id = value:match "^[^.]+%.(.+)%.(%d+) (.*)$"
  local text = slot_of(task)
  if not text or text:match "^%d+" ~= seq then return nil end
  return function()
    local o = object.load(id)
    local own = o and object.load(o.lock)
    if own then notify(o, own, 1) end
  end
end

engine.died.notified = function() end

engine.undo.condition_wait = function(me, o)
  local own = o and object.load(o.lock)
  if own and own.owner == me.who then lock.let_go(me, own) end
  return true
end

-- The lock of a condition that is removed knows of it no more.
local function leave(own, id)
  local left = ""
  for other in (own.conditions or ""):gmatch "%S+" do
    if other ~= id then left = left .. " " .. other end
  end
  object.set(own, "conditions", left ~= "" and left or nil)
end

engine.kinds.condition = {
  options = { lock = "" },
  state_fields = {},
  begin = function(o, _, me)
    if o.lock == "" then
      o.lock, o.own = object.part(me, "lock").id, "1"
      return nil
    end
    local given = object.load(o.lock)
    if not given or given.kind ~= "lock" then return "the lock must be one of this space" end
    object.set(given, "conditions", (given.conditions or "") .. " " .. o.id)
  end,
  clean = {}, uncompared = {},
  shown = function(o, list)
    local own = object.load(o.lock)
    list[#list + 1] = "lock_name"
    list[#list + 1] = own and own.name or ""
  end,
  lines = function(o) return { "w" .. o.id } end,
  removed = function(o)
    local own = object.load(o.lock)
    if not own then return end
    if o.own then object.remove(own) else leave(own, o.id) end
  end,
  state = function(o, asker)
    local own = object.load(o.lock)
    return ("%d waiting; its lock is %s"):format(slot.waiting("w" .. o.id), own and lock.state(own, asker) or "removed")
  end,
}
