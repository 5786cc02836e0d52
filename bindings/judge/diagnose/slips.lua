--- Diagnoser of slips that Lua takes without a word: an object compared with a number, a method that is not called.
local places = require "judge.places"
local plain_file = require "judge.plain_file"
local source_text = require "judge.source_text"

local slips = {}

-- What is in an object of that kind.
local INSIDE = { value = "%s:get()", event = "%s:is_set()", semaphore = "%s.value", queue = "%s:size()",
  latch = "%s.count", lock = "%s.holder" }
local ASKING = {}
for word in ("get size is_set is_empty is_full is_alive poll"):gmatch "%S+" do ASKING[word] = true end
-- Behind the name of a method that is not called, in a condition.
local BEHIND = {}
for word in ("then do and or == ~= < > <= >="):gmatch "%S+" do BEHIND[word] = true end

local function is_constant(token)
  return token ~= nil and (token.text:find "^%d" or token.text == "true" or token.text == "false") and true or false
end

-- The kinds of the expressions behind `=`, of one line: that of an object that is made there, else false.
local function kinds_behind(list, at)
  local kinds, depth, line = {}, 0, list[at].line
  local first = true
  while list[at] and list[at].line == line and list[at].text ~= "local" do
    local word = list[at].text
    if first then
      local is_made = word == "ipc" and list[at + 1] and list[at + 1].text == "." and list[at + 2]
      kinds[#kinds + 1] = is_made and list[at + 2].text or false
    end
    depth = depth + ((word == "(" or word == "{") and 1 or (word == ")" or word == "}") and -1 or 0)
    first = depth == 0 and word == ","
    at = at + 1
  end
  return kinds
end

-- The kinds of variables that hold an object of the runtime and mean nothing else in the file, by name.
local function objects_of(list)
  local found, count = {}, {}
  for at, token in ipairs(list) do
    local names, behind = {}, at + 1
    while token.text == "local" and list[behind] and list[behind].text:find "^[%a_]" do
      names[#names + 1] = list[behind].text
      behind = behind + (list[behind + 1] and list[behind + 1].text == "," and 2 or 1)
    end
    local has_value = names[1] and list[behind] and list[behind].text == "=" and list[behind + 1]
    local kinds = has_value and kinds_behind(list, behind + 1) or {}
    for i, name in ipairs(names) do
      count[name] = (count[name] or 0) + 1
      found[name] = kinds[i] or nil
    end
  end
  for name, times in pairs(count) do
    if times > 1 then found[name] = nil end
  end
  return found
end

local function is_field(list, at)
  local before = at > 1 and list[at - 1].text
  return before == "." or before == ":"
end

-- What is compared with the word at `at`, if it is a constant.
local function compared_with(list, at)
  local before, behind = list[at - 1], list[at + 1]
  local other
  if behind and (behind.text == "==" or behind.text == "~=") then
    other = list[at + 2]
  elseif before and (before.text == "==" or before.text == "~=") then
    other = list[at - 2]
  end
  return is_constant(other) and other.text
end

local function comparison(list)
  local objects = objects_of(list)
  for at, token in ipairs(list) do
    local kind = not is_field(list, at) and objects[token.text]
    local constant = kind and INSIDE[kind] and compared_with(list, at)
    if constant then
      return ("line %d compares `%s` itself, which is an object, with %s: they are never equal. What is in it is %s.")
        :format(token.line, token.text, constant, INSIDE[kind]:format(token.text))
    end
  end
end

local function method(list)
  for at, token in ipairs(list) do
    local behind = list[at + 1]
    local is_asked = token.asks and ASKING[token.text] and at > 2 and list[at - 1].text == "."
    if is_asked and behind and BEHIND[behind.text] then
      local object = list[at - 2].text
      if not object:find "^[%a_]" then return nil end
      return ("line %d does not call `%s.%s`, which is a function, and as a condition always true: %s:%s() asks.")
        :format(token.line, object, token.text, object, token.text)
    end
  end
end

--- The file has such a slip.
function slips.find(case)
  local path = case.story.script and case.story.script.path
  local text = path and plain_file(path)
  local list = text and places(source_text(text))
  local found = list and (comparison(list) or method(list))
  return found and { text = found, notes = {} } or nil
end

return slips
