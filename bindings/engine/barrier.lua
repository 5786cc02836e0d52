--- Barrier: where tasks wait for each other, round after round.
--
-- Fields: parties, broken.  Line w<ID>: who has arrived; a waiter's extra is its place.  One whose time runs out, or
-- that dies waiting, breaks it for all others, until it is reset.
local engine = ...
local slot, object = engine.slot, engine.object

local function line_of(o)
  return "w" .. o.id
end

local function break_it(o)
  object.set(o, "broken", "1")
  slot.answer_all(line_of(o), "broken")
end

engine.define("barrier_wait", "barrier", function(me, o, may)
  if o.broken then return "broken" end
  local place = slot.waiting(line_of(o)) + 1
  if place >= tonumber(o.parties) then
    slot.answer_all(line_of(o), "ok", "1")
    return "ok", { place }
  end
  if may == "0" then
    break_it(o)
    return "timeout"
  end
  return slot.wait(me, o.id, may, line_of(o), nil, { place })
end)

-- As for one who may not wait: its time has run out.
engine.late.barrier_wait = function(_, o)
  if not o.broken then break_it(o) end
end

engine.define("barrier_reset", "barrier", function(_, o)
  slot.answer_all(line_of(o), "broken")
  if o.broken then object.clear(o, "broken") end
  return "ok"
end)

engine.define("barrier_abort", "barrier", function(_, o)
  break_it(o)
  return "ok"
end)

engine.define("barrier_state", "barrier", function(_, o)
  return "ok", { o.parties, slot.waiting(line_of(o)), o.broken and 1 or 0 }
end)

-- One whose round was complete, or broken, before it gave up is in no line any more: then this is not its fault.
slot.cancel.barrier_wait = function(record)
  local o = record.was_listed and object.load(record.id)
  if o then break_it(o) end
end

engine.kinds.barrier = {
  options = { parties = "1" },
  state_fields = { "broken" },
  lines = function(o) return { line_of(o) } end,
  state = function(o)
    return ("%d of %s waiting%s"):format(slot.waiting(line_of(o)), o.parties, o.broken and ", broken" or "")
  end,
}
