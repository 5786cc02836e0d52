--- Options: how the words of a command line are read, by the rows of the command (help/usage.lua).
--
-- Options stand before the other words. `--runs 5` and `--runs=5` are the same, `-oFILE` and `-o FILE` too, and `--`
-- ends the options. A row says besides how its value is read (`read`, one of the functions below) and under which
-- name it is found (`to`); an option without `read` is found as true.
local usage = require "help.usage"

local options = {}

--- The reader of a whole number from `least` on, to `most` if that is given.
function options.whole(least, what, most)
  return function(text)
    local number = text:find "^%d+$" and math.tointeger(tonumber(text))
    if number and number >= least and number <= (most or number) then return number end
    return nil, ("a whole number from %d%s: %s"):format(least, most and (" to %d"):format(most) or "", what)
  end
end

--- Reads seconds, more than 0.
function options.seconds(text)
  local number = text:find "^[%d.]+$" and tonumber(text)
  if number and number > 0 and number < math.huge then return number end
  return nil, "seconds, more than 0, such as 2.5"
end

--- Reads what is not empty.
function options.any(text)
  if text ~= "" then return text end
  return nil, "a file or a code, and not empty"
end

--- Ends the reading: the text tells the user what is wrong.
function options.refuse(text, ...)
  error({ wrong = text:format(...) }, 0)
end

local refuse = options.refuse

local function split(word)
  local name, value = word:match "^(%-%-[^=]+)=(.*)$"
  if name then return name, value end
  if word:find "^%-%a." then return word:sub(1, 2), word:sub(3) end
  return word
end

local function read_value(name, read, text)
  if not text then
    local _, what = read ""
    refuse("'%s' needs a value: %s", name, what)
  end
  local value, what = read(text)
  if value == nil then refuse("'%s=%s': the value is %s", name, text, what) end
  return value
end

-- An option whose value may be missing is found as true then.
local function read_option(command, words, at, found)
  local name, value = split(words[at])
  local row = usage.find(command, name)
  if not row then refuse("%s", usage.unknown(command, words[at]:match "^%-%-[^=]+" or name)) end
  if not row.read then
    if value then refuse("'%s' has no value: give it without '=%s'", name, value) end
    found[row.to] = true
    return at + 1
  end
  if not value and row.may then
    found[row.to] = true
    return at + 1
  end
  if not value then
    at = at + 1
    value = words[at]
  end
  found[row.to] = read_value(name, row.read, value)
  return at + 1
end

-- Takes the value of an option that may be given again to those of it before.
local function add_option(command, words, at, found)
  local row = usage.find(command, (split(words[at])))
  local before = row and row.many and found[row.to]
  local behind = read_option(command, words, at, found)
  if row.many then found[row.to] = table.move({ found[row.to] }, 1, 1, #(before or {}) + 1, before or {}) end
  return behind
end

local function read_anywhere(command, words)
  local found, at = { words = {} }, 1
  while words[at] do
    if words[at] == "--" then
      table.move(words, at + 1, #words, #found.words + 1, found.words)
      break
    elseif words[at]:find "^%-." then
      at = add_option(command, words, at, found)
    else
      found.words[#found.words + 1] = words[at]
      at = at + 1
    end
    if found.help then break end
  end
  return found, at
end

local function read_all(command, words)
  local found, at = {}, 1
  while words[at] and words[at]:find "^%-." do
    if words[at] == "--" then at = at + 1 break end
    at = read_option(command, words, at, found)
    if found.help then return found, at end
  end
  return found, at
end

--- A function that reads the words behind the command's name: what was found, by the rows' `to`; or nil and the text
--- for the user. finish(found, words, at) takes the words behind the options, from `at` on; it may call refuse. Where
--- the command has `anywhere`, options may stand behind other words too: found.words are those, and the values of an
--- option that may be given again (`many`) are a list.
function options.reader(command, finish)
  return function(words)
    local well, found, at = pcall(command.anywhere and read_anywhere or read_all, command, words)
    if well and not found.help then
      local fine, why = pcall(finish, found, words, at)
      if not fine then well, found = fine, why end
    end
    if well then return found end
    if type(found) ~= "table" then error(found, 0) end
    return nil, usage.wrong(command, found.wrong)
  end
end

return options
