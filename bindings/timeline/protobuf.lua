--- Protobuf: the encoding of a message's fields.
local protobuf = {}

local VARINT, FIXED64, BYTES = 0, 1, 2
local char = string.char

local small = {}
for n = 0, 127 do small[n] = char(n) end

--- A number as a varint; one below 0 as 64 bits.
local function varint(n)
  local known = small[n]
  if known then return known end
  if n >= 0 and n < 16384 then return char(n & 127 | 128, n >> 7) end
  local bytes = ""
  while n < 0 or n > 127 do
    bytes = bytes .. char(n & 127 | 128)
    n = n >> 7
  end
  return bytes .. char(n)
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
