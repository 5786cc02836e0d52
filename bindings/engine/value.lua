--- Value: one number.  Fields init as it was made, number, version (grows with every write); and a lock's, for `claim`.
local engine = ...
local store, object, number = engine.store, engine.object, engine.number

local NO_NUMBER = "a number is expected"

local function write(o, new)
  object.touch(o)
  o.number, o.version = new, store.following(o.version)
end

engine.define("value_get", "value", function(_, o)
  return "ok", { o.number, o.version }
end)

engine.define("value_set", "value", function(_, o, new)
  if not number.is(new) then return "error", { NO_NUMBER } end
  write(o, new)
  return "ok"
end)

engine.define("value_add", "value", function(_, o, what)
  if not number.is(what) then return "error", { NO_NUMBER } end
  write(o, number.add(o.number, what))
  return "ok", { o.number }
end)

engine.define("value_compare_set", "value", function(_, o, old, new)
  if not number.is(old) or not number.is(new) then return "error", { NO_NUMBER } end
  local equal = number.equal(o.number, old)
  if equal then write(o, new) end
  return "ok", { equal and 1 or 0 }
end)

engine.define("value_swap", "value", function(me, o, version, new)
  if not number.is(new) then return "error", { NO_NUMBER } end
  if o.version ~= version or o.owner and o.owner ~= me.who then return "ok", { 0, o.number, o.version } end
  write(o, new)
  return "ok", { 1 }
end)

engine.kinds.value = {
  options = { init = "i0" },
  uncompared = { init = true },
  state_fields = { "number", "version", "owner", "token", "depth", "dead" },
  begin = function(o)
    if not number.is(o.init) then return NO_NUMBER end
    o.number, o.version = o.init, "1"
  end,
  lines = function(o) return { "w" .. o.id } end,
  state = function(o) return number.shown(o.number) end,
}
