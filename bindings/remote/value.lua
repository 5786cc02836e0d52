--- Value: one number.  Integers and floats stay what they are.
local check = require "remote.check"
local number = require "remote.number"
local object = require "remote.object"
local update = require "remote.update"

local value = object.class "value"

value.options = { "init", "name" }

local function check_number(who, call, n)
  if math.type(n) then return number.write(n) end
  check.misuse(who, call, "a number is expected, not %s", check.a_type(n))
end

function value.check(init)
  if init == nil then return {} end
  return { "init", check_number(nil, "value", init) }
end

value.method("get", 0, function(record)
  local _, n = object.ask(record, "get", "value_get")
  return number.read(n)
end)

value.method("set", 1, function(record, n)
  n = check_number(object.title(record), "set", n)
  update.check_outside(record, "set")
  return object.outcome((object.ask(record, "set", "value_set", n)))
end)

value.method("add", 1, function(record, n)
  n = n == nil and "i1" or check_number(object.title(record), "add", n)
  update.check_outside(record, "add")
  local _, sum = object.ask(record, "add", "value_add", n)
  return number.read(sum)
end)

value.method("compare_set", 2, function(record, old, new)
  local who = object.title(record)
  old, new = check_number(who, "compare_set", old), check_number(who, "compare_set", new)
  update.check_outside(record, "compare_set")
  local _, set = object.ask(record, "compare_set", "value_compare_set", old, new)
  return set == "1"
end)

-- What `update` reads, computes and writes: see update.lua.
local steps = {}

function steps.read(record, deadline)
  local _, n, version = update.ask(record, deadline, "value_get")
  return n, version
end

function steps.compute(record, _, fn, n)
  local new = update.call(fn, number.read(n))[1]
  if math.type(new) then return number.write(new), new end
  object.misuse(record, "update", "the function must return a number, not %s", check.a_type(new))
end

function steps.swap(record, deadline, version, new)
  local _, swapped, n, now = update.ask(record, deadline, "value_swap", version, new)
  return swapped == "1", n, now
end

value.method("update", 1, function(record, fn)
  check.method_function(object.title(record), "update", fn)
  update.check_outside(record, "update")
  return update.alone(record, steps, fn)
end)

-- Arithmetic on a value: Lua itself would say "attempt to perform arithmetic on a value value".
local function operator(a, b)
  local client = require "remote.client"
  local record = client.record(a) or client.record(b)
  object.misuse(record, nil, "it is no number itself: read it by v:get(), and write it by v:set(n), v:add(n) or "
    .. "v:update(fn)")
end

for name in ("add sub mul div mod pow unm idiv band bor bxor shl shr bnot lt le len concat call"):gmatch "%l+" do
  value.metatable["__" .. name] = operator
end

return value
