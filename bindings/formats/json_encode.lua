--- JSON encode: a Lua value as text, with sorted keys.
local valid_utf8 = require "formats.valid_utf8"

local SHORT = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r" }

local function clean(text) return valid_utf8(text, "\u{FFFD}") end

local function quoted(text)
  return '"' .. clean(text):gsub('[%c"\\\127]', function(char)
    return SHORT[char] or ("\\u%04x"):format(char:byte())
  end) .. '"'
end

local function number(n)
  if math.type(n) == "integer" then return ("%d"):format(n) end
  if n ~= n or n == math.huge or n == -math.huge then return "null" end
  return (("%.6f"):format(n):gsub("0+$", ""):gsub("%.$", ""))
end

local encode

local function list(value)
  local parts = {}
  for i, each in ipairs(value) do parts[i] = encode(each) end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function object(value)
  local keys, parts = {}, {}
  for key in pairs(value) do
    if type(key) == "string" then keys[#keys + 1] = key end
  end
  table.sort(keys)
  for i, key in ipairs(keys) do parts[i] = quoted(key) .. ":" .. encode(value[key]) end
  return "{" .. table.concat(parts, ",") .. "}"
end

--- An empty table is a list; one with an integer key is; others are objects.
function encode(value)
  local kind = type(value)
  if kind == "table" then return (value[1] ~= nil or next(value) == nil) and list(value) or object(value) end
  if kind == "string" then return quoted(value) end
  if kind == "number" then return number(value) end
  if kind == "boolean" then return tostring(value) end
  return "null"
end

return encode
