--- Pretty: a value as text for people to read.
---
--- A table that is short stands on a line, a longer one on several, indented, with its keys in order: those of the
--- list, then numbers, then names, then the rest. What is deeper than DEPTH, or more than MOST entries of a table, or
--- than MOST_IN_ALL, is `...`, and so is a string behind its first LONGEST bytes; a table that contains itself is
--- `<cycle>`. Objects show their live state, a shared table its keys too. A `__tostring` is asked, and nothing else of
--- the user's is called: fields are looked up raw. No text can move the cursor or change colours.
---
--- Limits: of a table with more than SORTED keys besides its list, those that are shown are any.
local text = require "terminal.text"

local pretty = {}

local DEPTH, MOST, MOST_IN_ALL, SORTED = 6, 100, 1000, 10000
local LONGEST, LONGEST_INSIDE = 10000, 1000 -- bytes of a string; of one in a table

local COLOURS = { string = "32", number = "33", boolean = "35", ["nil"] = "35", key = "36", other = "34" }

local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true
  until while]]):gmatch "%a+" do KEYWORDS[word] = true end

local ESCAPES = { ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ['"'] = '\\"', ["\\"] = "\\\\" }

-- what a script may replace, as it was in the beginning
local tostring, type, rawget, rawlen, getmetatable = tostring, type, rawget, rawlen, debug.getmetatable
local next, ipairs, min, max = next, ipairs, math.min, math.max
local pcall, sort, concat, format, rep = pcall, table.sort, table.concat, string.format, string.rep
local math_type = math.type

local function painted(settings, kind, words)
  local colour = settings.colour and COLOURS[kind]
  return colour and "\27[" .. colour .. "m" .. words .. "\27[0m" or words
end

-- The bytes that are shown of a string, and what tells of the rest: it is not cut within a character.
local function cut(bytes, longest)
  if #bytes <= longest then return bytes, "" end
  local last = longest
  while last > longest - 3 and bytes:find("^[\128-\191]", last + 1) do last = last - 1 end
  return bytes:sub(1, last), format("... (%d bytes)", #bytes)
end

local function quoted(bytes)
  local begin, rest = cut(bytes, LONGEST_INSIDE)
  return '"' .. text.readable((begin:gsub('[\n\t\r"\\]', ESCAPES))) .. '"' .. rest
end

local function unquoted(bytes)
  local begin, rest = cut(bytes, LONGEST)
  return text.readable(begin) .. rest
end

local function said(value)
  local well, words = pcall(tostring, value)
  return well and unquoted(words) or "<its __tostring raises>"
end

-- A list's own part: 1 .. length without a gap; of a long one as much as is shown, and one more.
local function length_of(t)
  local n, most = 0, min(rawlen(t), MOST + 1)
  while n < most and rawget(t, n + 1) ~= nil do n = n + 1 end
  return n
end

local RANKS = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
  local x, y = RANKS[type(a)] or 4, RANKS[type(b)] or 4
  if x ~= y then return x < y end
  if x <= 2 then return a < b end
  return said(a) < said(b)
end

local function other_keys(t, length)
  local keys = {}
  for key in next, t do
    if #keys == SORTED then break end
    if not (math_type(key) == "integer" and key >= 1 and key <= length) then keys[#keys + 1] = key end
  end
  sort(keys, before)
  return keys
end

local show

local function key_text(settings, key, level)
  if type(key) == "string" and key:find "^[%a_][%w_]*$" and not KEYWORDS[key] then
    return painted(settings, "key", key)
  end
  return "[" .. show(settings, key, level + 1) .. "]"
end

-- `parts` between brackets, on a line if they fit behind what is indented.
local function enclose(settings, parts, level)
  if #parts == 0 then return "{}" end
  local line = "{ " .. concat(parts, ", ") .. " }"
  if not line:find "\n" and 2 * level + text.width(line) <= settings.width then return line end
  local margin = rep("  ", level + 1)
  return "{\n" .. margin .. concat(parts, ",\n" .. margin) .. "\n" .. rep("  ", level) .. "}"
end

-- Calls add(value, key) for each entry of a table, without a key for those of the list, until it says that there are
-- enough.
local function each_entry(t, add)
  local length = length_of(t)
  for i = 1, length do
    if add(rawget(t, i)) then return end
  end
  for _, key in ipairs(other_keys(t, length)) do
    if add(rawget(t, key), key) then return end
  end
end

-- The texts of the entries that each(add) tells.
local function collect(settings, level, each)
  local parts = {}
  each(function(value, key)
    if #parts == MOST or settings.left <= 0 then
      parts[#parts + 1] = "..."
      return true
    end
    settings.left = settings.left - 1
    local before_it = key ~= nil and key_text(settings, key, level) .. " = " or ""
    parts[#parts + 1] = before_it .. show(settings, value, level + 1)
  end)
  return parts
end

local function show_table(settings, t, level)
  if settings.inside[t] then return "<cycle>" end
  if level >= DEPTH then return next(t) == nil and "{}" or "{ ... }" end
  settings.inside[t] = true
  local parts = collect(settings, level, function(add) each_entry(t, add) end)
  settings.inside[t] = nil
  return enclose(settings, parts, level)
end

-- `table#1: 2 keys { a = 1, b = 2 }`: a key that goes meanwhile is left out.
local function show_shared_table(settings, shared, level)
  local title = painted(settings, "other", said(shared))
  if level > 1 then return title end
  local well, keys = pcall(function() return shared:keys() end)
  if not well or #keys == 0 then return title end
  if #keys <= SORTED then sort(keys, before) end
  local parts = collect(settings, level, function(add)
    for _, key in ipairs(keys) do
      local got, value = pcall(shared.get, shared, key)
      if got and value ~= nil and add(value, key) then return end
    end
  end)
  return title .. " " .. enclose(settings, parts, level)
end

-- A table that says what it is, by __tostring or (a space) by __name.
local function speaks(value)
  local metatable = getmetatable(value)
  return type(metatable) == "table" and (rawget(metatable, "__tostring") or rawget(metatable, "__name"))
end

local function kind_of(value)
  local metatable = getmetatable(value)
  return type(metatable) == "table" and rawget(metatable, "__name")
end

function show(settings, value, level)
  local kind = type(value)
  if kind == "table" and not speaks(value) then return show_table(settings, value, level) end
  if kind == "userdata" and kind_of(value) == "table" then return show_shared_table(settings, value, level) end
  if kind == "string" and level > 0 then return painted(settings, kind, quoted(value)) end
  if kind == "string" then return unquoted(value) end
  return painted(settings, COLOURS[kind] and kind or "other", said(value))
end

--- The text of a value. A string is itself, and inside of a table it is quoted.
---@param value any
---@param width integer columns of the terminal
---@param colour boolean
---@return string
function pretty.text(value, width, colour)
  return show({ width = width, colour = colour, inside = {}, left = MOST_IN_ALL }, value, 0)
end

--- An object as its __tostring tells it, even where that raises.
---@return string
pretty.title = said

--- The same as it is within a table: a string is quoted.
---@param value any
---@param width integer
---@param colour boolean
---@return string
function pretty.inside(value, width, colour)
  if type(value) ~= "string" then return pretty.text(value, width, colour) end
  return painted({ colour = colour }, "string", quoted(value))
end

--- Rows of texts as columns. The first row is the heading.
---@param rows string[][]
---@return string
function pretty.columns(rows)
  local widths, lines = {}, {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do
      row[i] = text.readable((cell:gsub("[\n\t]", ESCAPES)))
      widths[i] = max(widths[i] or 0, text.width(row[i]))
    end
  end
  for _, row in ipairs(rows) do
    local cells = {}
    for i, cell in ipairs(row) do cells[i] = cell .. rep(" ", widths[i] - text.width(cell)) end
    lines[#lines + 1] = concat(cells, "  "):gsub(" +$", "")
  end
  return concat(lines, "\n")
end

return pretty
