--- Event: something that has happened, or not yet.  Field set ("1", or absent).  Lines w<ID>, watchers v<ID>.
local engine = ...
local slot, object = engine.slot, engine.object

engine.define("event_set", "event", function(_, o)
  object.set(o, "set", "1")
  slot.answer_all("w" .. o.id, "ok")
  engine.watch.wake("v" .. o.id)
  return "ok"
end)

engine.define("event_clear", "event", function(_, o)
  object.clear(o, "set")
  return "ok"
end)

engine.define("event_is_set", "event", function(_, o)
  return "ok", { o.set and 1 or 0 }
end)

engine.define("event_wait", "event", function(me, o, may)
  if o.set then return "ok" end
  if may == "0" then return "timeout" end
  return slot.wait(me, o.id, may, "w" .. o.id)
end)

engine.ready.event = function(o)
  return o.set, "v" .. o.id
end

engine.kinds.event = {
  options = {},
  state_fields = { "set" },
  lines = function(o) return { "w" .. o.id, "v" .. o.id } end,
  state = function(o)
    return ("%s, %d waiting"):format(o.set and "set" or "not set",
      slot.waiting("w" .. o.id) + slot.waiting("v" .. o.id))
  end,
}
