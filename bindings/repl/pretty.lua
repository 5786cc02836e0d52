--- Pretty: a value as text for people to read.
---
--- A table that is short stands on a line, a longer one on several, indented, with its keys in order: those of the
--- list, then numbers, then names, then the rest. What is deeper than DEPTH, or more than MOST entries, is `...`; a
--- table that contains itself is `<cycle>`. Objects show their live state, a shared table its keys too. A
--- `__tostring` is asked, and nothing else of the user's is called: fields are looked up raw.
local pretty = {}

local DEPTH, MOST = 6, 100

local COLOURS = { string = "32", number = "33", boolean = "35", ["nil"] = "35", key = "36", other = "34" }

local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true
  until while]]):gmatch "%a+" do KEYWORDS[word] = true end

local ESCAPES = { ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ['"'] = '\\"', ["\\"] = "\\\\" }

-- what a script may replace, as it was in the beginning
local tostring, type, rawget, rawlen, next, getmetatable = tostring, type, rawget, rawlen, next, debug.getmetatable
local pcall, sort, concat, format, rep = pcall, table.sort, table.concat, string.format, string.rep
local math_type = math.type

local function painted(settings, kind, text)
  local colour = settings.colour and COLOURS[kind]
  return colour and "\27[" .. colour .. "m" .. text .. "\27[0m" or text
end

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(c)
    return ESCAPES[c] or format("\\%03d", c:byte())
  end) .. '"'
end

--- The columns that a text takes: without colours, and a character of several bytes is one.
local function width_of(text)
  local _, more = text:gsub("[\128-\191]", "")
  return #text:gsub("\27%[[%d;]*m", "") - more
end

local function said(value)
  local well, text = pcall(tostring, value)
  return well and text or "<its __tostring raises>"
end

-- A list's own part: 1 .. length without a gap.
local function length_of(t)
  local n = 0
  while n < rawlen(t) and rawget(t, n + 1) ~= nil do n = n + 1 end
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
  if not line:find "\n" and 2 * level + width_of(line) <= settings.width then return line end
  local margin = rep("  ", level + 1)
  return "{\n" .. margin .. concat(parts, ",\n" .. margin) .. "\n" .. rep("  ", level) .. "}"
end

-- Calls add(text) for each entry of a table until it says that there are enough.
local function each_entry(settings, t, level, add)
  local length = length_of(t)
  for i = 1, length do
    if add(show(settings, rawget(t, i), level + 1)) then return end
  end
  for _, key in ipairs(other_keys(t, length)) do
    if add(key_text(settings, key, level) .. " = " .. show(settings, rawget(t, key), level + 1)) then return end
  end
end

local function collect(each)
  local parts = {}
  each(function(text)
    if #parts == MOST then text = "..." end
    parts[#parts + 1] = text
    return #parts > MOST
  end)
  return parts
end

local function show_table(settings, t, level)
  if settings.inside[t] then return "<cycle>" end
  if level >= DEPTH then return next(t) == nil and "{}" or "{ ... }" end
  settings.inside[t] = true
  local parts = collect(function(add)
    each_entry(settings, t, level, add)
  end)
  settings.inside[t] = nil
  return enclose(settings, parts, level)
end

-- `table#1: 2 keys { a = 1, b = 2 }`: a key that goes meanwhile is left out.
local function show_shared_table(settings, shared, level)
  local title = painted(settings, "other", said(shared))
  if level > 1 then return title end
  local well, keys = pcall(function() return shared:keys() end)
  if not well or #keys == 0 then return title end
  sort(keys, before)
  local parts = collect(function(add)
    for _, key in ipairs(keys) do
      local got, value = pcall(shared.get, shared, key)
      if got and value ~= nil and
        add(key_text(settings, key, level) .. " = " .. show(settings, value, level + 1)) then return end
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
  if kind == "string" then return value end
  return painted(settings, COLOURS[kind] and kind or "other", said(value))
end

--- The text of a value. A string is itself, and inside of a table it is quoted.
---@param value any
---@param width integer columns of the terminal
---@param colour boolean
---@return string
function pretty.text(value, width, colour)
  return show({ width = width, colour = colour, inside = {} }, value, 0)
end

--- Rows of texts as columns. The first row is the heading.
---@param rows string[][]
---@return string
function pretty.columns(rows)
  local widths, lines = {}, {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do widths[i] = math.max(widths[i] or 0, width_of(cell)) end
  end
  for _, row in ipairs(rows) do
    local cells = {}
    for i, cell in ipairs(row) do cells[i] = cell .. rep(" ", widths[i] - width_of(cell)) end
    lines[#lines + 1] = concat(cells, "  "):gsub(" +$", "")
  end
  return concat(lines, "\n")
end

return pretty
