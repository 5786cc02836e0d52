--- Number: Lua's integers and floats as the engine has them: "i12", "f0.5", "finf"; and keys of tables.
local number = {}

local SPECIAL = { finf = math.huge, ["f-inf"] = -math.huge, fnan = 0 / 0, ["f-nan"] = 0 / 0 }

--- number.write: a number, each of which stays what it is.
function number.write(n)
  if math.type(n) == "integer" then return ("i%d"):format(n) end
  if n ~= n then return "fnan" end
  if n == math.huge then return "finf" end
  if n == -math.huge then return "f-inf" end
  return ("f%.17g"):format(n)
end

--- number.read: back.
function number.read(text)
  if SPECIAL[text] then return SPECIAL[text] end
  local n = tonumber(text:sub(2))
  if text:byte() == 0x69 then return math.tointeger(n) end
  return n and n + 0.0
end

--- number.write_key: a key of a table: a string, a number that is one, or a boolean.
function number.write_key(key)
  if type(key) == "string" then return "s" .. key end
  if type(key) == "boolean" then return key and "b1" or "b0" end
  return number.write(math.tointeger(key) or key)
end

--- number.read_key: back.
function number.read_key(text)
  local kind = text:sub(1, 1)
  if kind == "s" then return text:sub(2) end
  if kind == "b" then return text == "b1" end
  return number.read(text)
end

return number
