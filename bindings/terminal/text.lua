--- Text: lines for a screen: how wide they are, and cut to a width; colours (SGR sequences) have none.
--
-- Limits: how wide a character is depends on the terminal; here it is as most have it.
local text = {}

local CHARACTER = "[\0-\127\194-\244][\128-\191]*"

-- Characters that take no column, and those that take two: from, to, ...
local NONE = { 0x300, 0x36f, 0x483, 0x489, 0x591, 0x5bd, 0x610, 0x61a, 0x64b, 0x65f, 0x93c, 0x93c, 0x941, 0x948,
  0x94d, 0x94d, 0xe31, 0xe31, 0xe34, 0xe3a, 0xe47, 0xe4e, 0x1ab0, 0x1aff, 0x1dc0, 0x1dff, 0x200b, 0x200f, 0x202a,
  0x202e, 0x2060, 0x2064, 0x20d0, 0x20ff, 0xfe00, 0xfe0f, 0xfe20, 0xfe2f, 0xfeff, 0xfeff, 0xe0100, 0xe01ef }
local TWO = { 0x1100, 0x115f, 0x231a, 0x231b, 0x23e9, 0x23ec, 0x2614, 0x2615, 0x2648, 0x2653, 0x26bd, 0x26be, 0x2705,
  0x2705, 0x270a, 0x270b, 0x2728, 0x2728, 0x274c, 0x274c, 0x2753, 0x2755, 0x2757, 0x2757, 0x2795, 0x2797, 0x2b1b,
  0x2b1c, 0x2b50, 0x2b50, 0x2e80, 0x303e, 0x3041, 0x33ff, 0x3400, 0x4dbf, 0x4e00, 0xa4cf, 0xa960, 0xa97f, 0xac00,
  0xd7a3, 0xf900, 0xfaff, 0xfe30, 0xfe6f, 0xff00, 0xff60, 0xffe0, 0xffe6, 0x1f300, 0x1f64f, 0x1f680, 0x1f6ff,
  0x1f900, 0x1f9ff, 0x20000, 0x3fffd }

-- Whether a number is in one of the ranges.
local function is_in(ranges, code)
  local low, high = 1, #ranges // 2
  while low <= high do
    local middle = (low + high) // 2
    if code < ranges[2 * middle - 1] then high = middle - 1
    elseif code > ranges[2 * middle] then low = middle + 1
    else return true end
  end
  return false
end

-- The columns of a character.
local function columns_of(piece)
  if #piece == 1 or not utf8.len(piece) then return 1 end
  local code = utf8.codepoint(piece)
  if code < NONE[1] then return 1 end
  return is_in(NONE, code) and 0 or is_in(TWO, code) and 2 or 1
end

-- Calls see(piece, is_colour) for each colour and each character, until it returns false.
local function each(line, see)
  local at = 1
  while at <= #line do
    local colour = line:match("^\27%[[%d;]*m", at)
    local piece = colour or line:match("^" .. CHARACTER, at) or line:sub(at, at)
    if see(piece, colour ~= nil) == false then return end
    at = at + #piece
  end
end

--- The columns that the line takes.
function text.width(line)
  if not line:find "[\27\128-\255]" then return #line end
  local width = 0
  each(line, function(piece, is_colour) if not is_colour then width = width + columns_of(piece) end end)
  return width
end

--- What of the line fits into so many columns, and the rest.
function text.split(line, columns)
  if not line:find "[\27\128-\255]" then return line:sub(1, math.max(columns, 0)), line:sub(columns + 1) end
  local width, size = 0, 0
  each(line, function(piece, is_colour)
    width = width + (is_colour and 0 or columns_of(piece))
    if width > columns then return false end
    size = size + #piece
  end)
  return line:sub(1, size), line:sub(size + 1)
end

--- The line, cut to this many columns; where something was cut, the last one is "…" (or ~ with `plain`).
function text.cut(line, columns, plain)
  if text.width(line) <= columns then return line end
  local kept, width = {}, 0
  each(line, function(piece, is_colour)
    local wide = is_colour and 0 or columns_of(piece)
    if not is_colour and width + wide >= columns then return false end
    width = width + wide
    kept[#kept + 1] = piece
  end)
  return table.concat(kept) .. (columns > 0 and (plain and "~" or "…") or "") .. (line:find "\27" and "\27[0m" or "")
end

--- The line in exactly this many columns; with `right`, moved to the right.
function text.fit(line, columns, right)
  line = text.cut(line, columns)
  local space = (" "):rep(columns - text.width(line))
  return right and space .. line or line .. space
end

-- Control characters of U+0080 to U+009F, which a terminal obeys, too.
local CONTROL_1 = "\194[\128-\159]"

-- Those that turn around the order of what stands behind them, U+202A to U+202E and U+2066 to U+2069.
local TURN_1, TURN_2 = "\226\128[\170-\174]", "\226\129[\166-\169]"

-- With `other(byte)` for each byte that is no UTF-8.
local function without_wrong_bytes(bytes, other)
  local pieces, at = {}, 1
  while at <= #bytes do
    local _, wrong = utf8.len(bytes, at)
    if not wrong then break end
    pieces[#pieces + 1] = bytes:sub(at, wrong - 1) .. other(bytes:sub(wrong, wrong))
    at = wrong + 1
  end
  return table.concat(pieces) .. bytes:sub(at)
end

local function question_mark() return "?" end

--- In one line, without what a terminal would not show as a character: `?` for each.
function text.printable(line)
  line = line:gsub("%c", "?")
  if not line:find "[\128-\255]" then return line end
  if not utf8.len(line) then line = without_wrong_bytes(line, question_mark) end
  return (line:gsub(CONTROL_1, "?"):gsub(TURN_1, "?"):gsub(TURN_2, "?"))
end

local function escaped(bytes)
  return (bytes:gsub(".", function(c) return ("\\%03d"):format(c:byte()) end))
end

--- The bytes as a terminal can show them, with nothing lost: control characters, but for newlines and tabs, and bytes
--- that are no UTF-8, as `\027`.
function text.readable(bytes)
  if not bytes:find "[%c\128-\255]" then return bytes end
  if bytes:find "[\128-\255]" then
    if not utf8.len(bytes) then bytes = without_wrong_bytes(bytes, escaped) end
    bytes = bytes:gsub(CONTROL_1, escaped)
  end
  return (bytes:gsub("[\0-\8\11-\31\127]", escaped))
end

return text
