--- Number: Lua's numbers as text: "i-12" an integer of 64 bits, "f0.5" a float.
--
-- The server's Lua has doubles only.  So integers that do not fit in one are added by the server itself, and wrap as
-- those of the clients' Lua do.
local engine = ...
local call, store = engine.call, engine.store

local number = {}
engine.number = number

local EXACT = 2 ^ 52
local FLOATS = { inf = 1 / 0, ["-inf"] = -1 / 0, nan = 0 / 0, ["-nan"] = 0 / 0 }

-- As a double, in whichever Lua.
local function value_of(text)
  local digits = text:sub(2)
  local n = FLOATS[digits] or tonumber(digits)
  return n and n + 0.0
end

local function float_text(n)
  if n ~= n then return "fnan" end
  if n == 1 / 0 then return "finf" end
  if n == -1 / 0 then return "f-inf" end
  return "f" .. ("%.17g"):format(n)
end

--- Whether a text is a number.
function number.is(text)
  if text:match "^i%-?%d+$" then return true end
  return text:sub(1, 1) == "f" and value_of(text) ~= nil
end

-- Adds 2^63 or takes it away.
local function shift(key, field, up)
  if not up then
    call("HINCRBY", key, field, "-9223372036854775808")
    return
  end
  call("HINCRBY", key, field, "9223372036854775807")
  call("HINCRBY", key, field, 1)
end

-- What does not fit differs by 2^64 from what wraps: half of that is taken from each.
local function add_wide(a, b)
  local key = store.key "scratch"
  call("HSET", key, "a", a, "b", b)
  if not pcall(call, "HINCRBY", key, "a", b) then
    local up = a:sub(1, 1) == "-"
    shift(key, "a", up)
    shift(key, "b", up)
    call("HINCRBY", key, "a", call("HGET", key, "b"))
  end
  local text = call("HGET", key, "a")
  call("DEL", key)
  return "i" .. text
end

--- The sum, by Lua's rules.
function number.add(a, b)
  local x, y = value_of(a), value_of(b)
  if a:sub(1, 1) ~= "i" or b:sub(1, 1) ~= "i" then return float_text(x + y) end
  if math.abs(x) < EXACT and math.abs(y) < EXACT then return "i" .. store.digits(x + y) end
  return add_wide(a:sub(2), b:sub(2))
end

--- Whether they are equal, by Lua's rules.
function number.equal(a, b)
  local x, y = value_of(a), value_of(b)
  if a:sub(1, 1) == b:sub(1, 1) then return x == y and (a:sub(1, 1) == "f" or a == b) end
  if x ~= y or math.abs(x) >= 2 ^ 63 then return false end
  return store.digits(value_of(a:sub(1, 1) == "f" and a or b)) == (a:sub(1, 1) == "i" and a or b):sub(2)
end

--- For people: 12, 0.5, 3.0.
function number.shown(text)
  if text:sub(1, 1) == "i" then return text:sub(2) end
  local n = value_of(text)
  return (math.floor(n) == n and math.abs(n) < 1e14 and "%.1f" or "%.14g"):format(n)
end
