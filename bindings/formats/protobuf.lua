--- Protobuf: the encoding of a message's fields.
local protobuf = {}

local VARINT, FIXED64, BYTES = 0, 1, 2
local char = string.char

local small = {}
for n = 0, 127 do small[n] = char(n) end

-- One of more than two bytes.
local function long_varint(n)
  local a, b = n & 127 | 128, n >> 7 & 127 | 128
  if n >= 0 and n < 1 << 21 then return char(a, b, n >> 14) end
  if n >= 0 and n < 1 << 28 then return char(a, b, n >> 14 & 127 | 128, n >> 21) end
  local rest = n >> 28
  return char(a, b, n >> 14 & 127 | 128, n >> 21 & 127 | 128) .. (small[rest] or rest < 16384
    and char(rest & 127 | 128, rest >> 7) or long_varint(rest))
end

--- A number as a varint; one below 0 as 64 bits.
local function varint(n)
  local known = small[n]
  if known then return known end
  if n >= 0 and n < 16384 then return char(n & 127 | 128, n >> 7) end
  return long_varint(n)
end

protobuf.varint = varint

local keys = { [VARINT] = {}, [FIXED64] = {}, [BYTES] = {} }

local function key(field, kind)
  local known = keys[kind][field]
  if not known then
    known = varint(field << 3 | kind)
    keys[kind][field] = known
  end
  return known
end

--- A field that is a number.
function protobuf.number(field, n) return key(field, VARINT) .. varint(n) end

--- One of eight bytes.
function protobuf.fixed(field, n) return key(field, FIXED64) .. string.pack("<i8", n) end

--- A text, or a message that is encoded already.
function protobuf.bytes(field, text) return key(field, BYTES) .. varint(#text) .. text end

return protobuf
