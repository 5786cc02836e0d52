--- Latch: opens for good when it has been counted down to 0.  Fields count as it was made, left.  Lines w<ID>, v<ID>.
local engine = ...
local store, slot, object = engine.store, engine.slot, engine.object

local function is_open(o)
  return tonumber(o.left) <= 0
end

engine.define("latch_count_down", "latch", function(_, o, n)
  object.set(o, "left", store.digits(math.max(o.left - (tonumber(n) or 1), 0)))
  if is_open(o) then
    slot.answer_all("w" .. o.id, "ok")
    engine.watch.wake("v" .. o.id)
  end
  return "ok", { o.left }
end)

engine.define("latch_count", "latch", function(_, o)
  return "ok", { o.left }
end)

engine.define("latch_wait", "latch", function(me, o, may)
  if is_open(o) then return "ok" end
  if may == "0" then return "timeout" end
  return slot.wait(me, o.id, may, "w" .. o.id)
end)

engine.ready.latch = function(o)
  return is_open(o), "v" .. o.id
end

engine.kinds.latch = {
  options = { count = "1" },
  state_fields = { "left" },
  begin = function(o) o.left = o.count end,
  lines = function(o) return { "w" .. o.id, "v" .. o.id } end,
  state = function(o)
    return ("%s to count down, %d waiting"):format(o.left, slot.waiting("w" .. o.id) + slot.waiting("v" .. o.id))
  end,
}
