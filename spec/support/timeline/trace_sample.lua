--- A small trace, written by hand as runtime/public/trace.h has it: a cook puts a soup that a waiter has waited for.
local sample = {}

local function number(n)
  local bytes = {}
  repeat
    local low = n & 127
    n = n >> 7
    bytes[#bytes + 1] = string.char(n > 0 and low | 128 or low)
  until n == 0
  return table.concat(bytes)
end

local function signed(n) return number(n >= 0 and 2 * n or -2 * n - 1) end

local function text(s) return number(#s) .. s end

--- A record: its tag, and its fields, which are numbers or texts.
local function record(tag, ...)
  local parts = { string.char(tag) }
  for _, field in ipairs { ... } do parts[#parts + 1] = type(field) == "number" and number(field) or text(field) end
  return table.concat(parts)
end

local TITLE, OPERATION, FILE, OBJECT, PLACE, TASK, END, LOST, MARK, SPANS, TRAILER = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11

--- The bytes; `without_trailer`: as if it were cut off.
function sample.bytes(without_trailer)
  return table.concat {
    "TLTRACE\n", string.pack("<I4I4I8", 3, 0, 1700000000 * 1000000000),
    record(TITLE, "soup.lua"),
    record(OPERATION, 1, "put"), record(OPERATION, 2, "get"), record(FILE, 1, "soup.lua"),
    record(OBJECT, 1, "queue", 2, "soups", "", 0),
    record(TASK, 1, 0, 4711, 0, 0, "main", ""),
    record(TASK, 2, 1, 4712, 0, 500, "waiter", ""),
    record(PLACE, 1, 2, 1, 1, 7), record(PLACE, 2, 1, 1, 1, 12),
    -- the waiter gets the soup of number 1: began 1000, slept 1200, called by main at 5100, ended 6000
    record(SPANS, 2, 2),
    number(3 | 8 | 16 | 32 | 1 << 8), number(1000), number(5000), number(200), number(4000),
    number(1), signed(3900), signed(1),
    -- and gets again, which never ends: it is killed
    number(3 | 4 | 8 | 3 << 6 | 1 << 8), number(5500), number(100), number(2000),
    -- main puts it: began 5000, ended 5200; another, which is refused; in one moment each, soups 2 and 1002, and one
    -- that is refused: the first is small, the others medium
    record(SPANS, 1, 5),
    number(3 | 32 | 2 << 8), number(5000), number(200), signed(1),
    number(3 | 1 << 6 | 2 << 8), number(1000), number(150),
    string.pack("<I4", 2 << 1 | 500 << 9 | (1 + 2) << 23),
    string.pack("<I8", 1 | 2 << 4 | 100 << 16 | (1 + 2000) << 40),
    string.pack("<I8", 1 | 1 << 2 | 2 << 4 | 17000 << 16),
    record(LOST, 1, 3),
    record(MARK, 1, 8000, "all tasks are stuck"),
    record(END, 2, 9000, 2, 9), record(END, 1, 30000, 0, 0),
    without_trailer and "" or record(TRAILER, 30000, 7, 3) }
end

--- The same as a model (bindings/timeline/model.lua), to be filled by `model.add`.
function sample.spans()
  return {
    { task = 2, operation = 2, object = 1, began = 1000, ended = 6000, slept = 1200, waited = 4000, waker = 1,
      called = 5100, message = 1, file = 1, line = 7 },
    { task = 1, operation = 1, object = 1, began = 5000, ended = 5200, message = 1, file = 1, line = 12 },
    { task = 1, operation = 1, object = 1, began = 6000, ended = 6150, file = 1, line = 12, result = 1 },
    { task = 2, operation = 2, object = 1, began = 6500, slept = 6600, waited = 2000, file = 1, line = 7, result = 3 },
    { task = 1, operation = 1, object = 1, began = 6500, ended = 6500, message = 2, file = 1, line = 12 },
    { task = 1, operation = 1, object = 1, began = 6600, ended = 6600, message = 1002, file = 1, line = 12 },
    { task = 1, operation = 1, object = 1, began = 23600, ended = 23600, file = 1, line = 12, result = 1 } }
end

return sample
