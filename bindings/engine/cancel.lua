--- Cancel: a task gives up its wait, or gives back what it was granted too late.
--
-- LEAVE: "0" the time ran out, or "2" where that comes late, as its task has been told so; "1" interrupted, or its task
-- is to end; "2" as "1", and whatever was granted meanwhile is given back (engine.undo[OP](me, o, args, fields)).
local engine = ...
local store, slot = engine.store, engine.slot

local MUCH = 16 * engine.LIMIT

-- What a request is answered when it has waited in vain.
local IN_VAIN = {
  queue_get = "empty", queue_get_many = "empty", pool_collect = "empty", pool_work = "empty", queue_put = "full",
  pool_submit = "full",
}

local function write(me, status, fields)
  slot.write(me.place, me.seq, status, fields)
  return status, fields
end

local function give_up(me, record, leave)
  engine.large.drop(record.cell)
  local status = IN_VAIN[record.op] or "timeout"
  write(me, status, record.op == "pool_work" and { record.extra[1] } or nil)
  engine.nested.ended(me.session, me.task)
  local cancel = slot.cancel[record.op]
  if cancel then cancel(record, leave == "0" and "timeout" or "leave") end
  return status, record.op == "pool_work" and { record.extra[1] } or nil
end

-- Whoever is in no line any more is about to be answered by a chore.
local function cancel_wait(me, record, leave)
  local postpone = leave == "0" and slot.postpone[record.op]
  if postpone then
    postpone(record)
    return "wait"
  end
  record.was_listed = slot.unlist(record)
  if record.was_listed then return give_up(me, record, leave) end
  engine.chore.run(MUCH)
  local now = slot.record(me.session, me.task, me.seq)
  if now and (leave ~= "0" or slot.unlist(now)) then return give_up(me, now, leave) end
  return nil
end

-- Gives back what the request was granted.
local function undo(me, op, fields, args)
  local back = engine.undo[op]
  if not back then return false end
  local o = args[1] and engine.object.load(args[1])
  return back(me, o, args, fields)
end

-- The request has never come, and does nothing if it comes later.
local function forestall(me, op, id, ...)
  local row = engine.anyway[op] and engine.ops[op]
  local o = row and id and engine.object.load(id)
  if o and row.kinds[o.kind] then row.run(me, o, ...) end
  return write(me, "timeout")
end

local GRANTED = { ok = true, abandoned = true }

function engine.unnumbered.cancel(me, leave, op, ...)
  if leave == "0" and store.is_over(me.good_until) and not slot.postpone[op] then leave = "2" end
  local place = me.place
  local text = slot.text(place)
  if not text and not engine.session.is_alive(me.session) then return "lost", engine.session.lost() end
  local last = text and place.seq or "0"
  if tonumber(me.seq) == tonumber(last) + 1 then return forestall(me, op, ...) end
  if last ~= me.seq then return tonumber(me.seq) < tonumber(last) and "old" or "forgot", { last } end
  local record = slot.record(me.session, me.task, me.seq)
  if record then
    local status, fields = cancel_wait(me, record, leave)
    if status then return status, fields end
    text = slot.text(place)
  end
  local status = place.status
  if status == "wait" then return "wait" end
  local fields = store.unpack(text, #place.seq + #status + 3)
  if leave == "2" and GRANTED[status] and undo(me, op, fields, { ... }) then return write(me, "timeout") end
  return status, fields
end
