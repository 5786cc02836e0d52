--- JSON decode: the value that a text of JSON means; null is nil.
local ESCAPED = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }
local WORDS = { { "true", true }, { "false", false }, { "null", nil } }
local DEEPEST = 100

local read

local function fail(at) error({ at = at }, 0) end

local function skip(text, at) return text:match("^[ \t\r\n]*()", at) end

local function expect(text, at, char)
  at = skip(text, at)
  if text:sub(at, at) ~= char then fail(at) end
  return at + 1
end

-- The four digits behind \u, and those of the other half of a pair.
local function read_unicode(text, at)
  local code = tonumber(text:match("^%x%x%x%x", at) or fail(at), 16)
  local low = code >= 0xD800 and code < 0xDC00 and text:match("^\\u([dD][c-fC-F]%x%x)", at + 4)
  if low then return utf8.char(0x10000 + (code - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00), at + 10 end
  return utf8.char(code), at + 4
end

local function read_string(text, at)
  local parts = {}
  while true do
    local plain, behind = text:match('^([^"\\%c]*)()', at)
    parts[#parts + 1] = plain
    local char = text:sub(behind, behind)
    if char == '"' then return table.concat(parts), behind + 1 end
    if char ~= "\\" then fail(behind) end
    local letter = text:sub(behind + 1, behind + 1)
    if letter == "u" then
      parts[#parts + 1], at = read_unicode(text, behind + 2)
    else
      parts[#parts + 1], at = ESCAPED[letter] or fail(behind), behind + 2
    end
  end
end

local function read_number(text, at)
  local word = text:match("^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  local number = word and tonumber(word)
  if not number then fail(at) end
  return number, at + #word
end

local function read_list(text, at, depth)
  local list, count = {}, 0
  at = skip(text, at)
  if text:sub(at, at) == "]" then return list, at + 1 end
  while true do
    count = count + 1
    list[count], at = read(text, at, depth + 1)
    at = skip(text, at)
    local char = text:sub(at, at)
    if char == "]" then return list, at + 1 end
    if char ~= "," then fail(at) end
    at = at + 1
  end
end

local function read_object(text, at, depth)
  local object = {}
  at = skip(text, at)
  if text:sub(at, at) == "}" then return object, at + 1 end
  while true do
    local key
    key, at = read_string(text, expect(text, at, '"'))
    at = expect(text, at, ":")
    object[key], at = read(text, at, depth + 1)
    at = skip(text, at)
    local char = text:sub(at, at)
    if char == "}" then return object, at + 1 end
    if char ~= "," then fail(at) end
    at = at + 1
  end
end

function read(text, at, depth)
  at = skip(text, at)
  local char = text:sub(at, at)
  if depth > DEEPEST then fail(at) end
  if char == '"' then return read_string(text, at + 1) end
  if char == "[" then return read_list(text, at + 1, depth) end
  if char == "{" then return read_object(text, at + 1, depth) end
  for _, word in ipairs(WORDS) do
    if text:sub(at, at + #word[1] - 1) == word[1] then return word[2], at + #word[1] end
  end
  return read_number(text, at)
end

--- The value; nil and the place where the text is no JSON.
return function(text)
  local well, value, behind = pcall(read, text, 1, 0)
  if not well then
    if type(value) ~= "table" then error(value, 0) end
    return nil, value.at
  end
  behind = skip(text, behind)
  if behind <= #text then return nil, behind end
  return value
end
