--- Check: what a script gives to a call of a far object, and what is raised where it does not fit: the words of the
--- near objects (bindings/lua/check.c), at the line of the script.
local client = require "remote.client"
local nearest = require "help.nearest"
local getinfo, getmetatable = debug.getinfo, debug.getmetatable

local check = {}

--- check.OURS: the sources of these modules begin so.
check.OURS = getinfo(1, "S").source:gsub("check%.lua$", "")
local OURS = check.OURS

-- The place of the innermost function that is none of ours: "kitchen.lua:14: ".
local function position()
  local level = 3
  while true do
    local frame = getinfo(level, "Sl")
    if not frame then return "" end
    if frame.currentline > 0 and frame.source:sub(1, #OURS) ~= OURS then
      return ("%s:%d: "):format(frame.short_src, frame.currentline)
    end
    level = level + 1
  end
end

--- check.raise: this text, at the script's line.
function check.raise(text)
  error(position() .. text, 0)
end

--- check.misuse: `lock "till" at redis://lab/kitchen: acquire: ...` at the script's line; who and call may be nil.
function check.misuse(who, call, format, ...)
  local text = select("#", ...) > 0 and format:format(...) or format
  error(position() .. (who and who .. ": " or "") .. (call and call .. ": " or "") .. text, 0)
end

local function type_of(value)
  local kind = type(value)
  if kind == "userdata" or kind == "table" then
    local metatable = getmetatable(value)
    local name = metatable and rawget(metatable, "__name")
    if type(name) == "string" then return name end
  end
  return kind == "thread" and "coroutine" or kind
end

--- check.type_of: what a value is called: "number", "queue", "coroutine".
check.type_of = type_of

--- check.a_type: the same with its article: "an event", "nil", "a shared table".
function check.a_type(value)
  if value == nil then return "nil" end
  local name = type_of(value)
  if type(value) == "userdata" and (name == "table" or name == "value") then return "a shared " .. name end
  local vowel = name:find "^[aeio]" or name:find "^r[lw]"
  return (vowel and "an " or "a ") .. name
end

--- check.shown: a value in an error: strings in quotes.
function check.shown(value)
  if type(value) == "string" then return '"' .. value .. '"' end
  return tostring(value)
end

--- check.wrong_object: what a method was called with is no object of the kind.
function check.wrong_object(call, kind, value)
  local ambiguous = kind == "table" or kind == "value"
  check.misuse(nil, call, "%s%s expected, got %s (was it called with ':'?)", ambiguous and "shared " or "", kind,
    type_of(value))
end

--- check.count: raises where more arguments were given than a call takes.
function check.count(who, call, most, given)
  if given <= most then return end
  if most == 0 then check.misuse(who, call, "takes no argument, and got %d", given) end
  check.misuse(who, call, "takes at most %d argument%s, and got %d", most, most == 1 and "" or "s", given)
end

--- check.deadline: when a duration in seconds from now is over: nil for never, 0 for a call that may not wait.
function check.deadline(who, call, seconds)
  if seconds == nil then return nil end
  if math.type(seconds) == nil then
    check.misuse(who, call, "the timeout must be a number of seconds or nil, not %s", check.a_type(seconds))
  end
  if seconds ~= seconds then check.misuse(who, call, "the timeout is not a number (NaN)") end
  if seconds <= 0 then return 0 end
  if seconds == math.huge then return nil end
  return client.now() + seconds
end

--- check.integer: an integer from least to most; a float of that value will do.
function check.integer(who, call, what, value, least, most)
  local n = math.type(value) and math.tointeger(value)
  if n and n >= least and n <= most then return n end
  check.misuse(who, call, "%s must be an integer from %d to %d, not %s", what, least, most, check.shown(value))
end

--- check.boolean: true, false or nil.
function check.boolean(call, what, value)
  if value == nil or type(value) == "boolean" then return value end
  check.misuse(nil, call, "%s must be true or false, not %s", what, check.a_type(value))
end

--- check.method_function: a function that a call of an object is to call.
function check.method_function(who, call, value)
  if type(value) == "function" then return value end
  check.misuse(who, call, "a function is expected, not %s", check.a_type(value))
end

--- check.unknown: raises for a name that is no option, with the one that was perhaps meant.
function check.unknown(who, call, name, names)
  local meant = type(name) == "string" and nearest(name, names)
  check.misuse(who, call, 'unknown option "%s"; %s%s: %s', tostring(name),
    meant and ("did you mean %s? "):format(meant) or "", meant and "There are" or "there are",
    table.concat(names, ", "))
end

--- check.keys: raises where a table of options has one that is not in the list.
function check.keys(who, call, options, names)
  for key in pairs(options) do
    local known = false
    for _, name in ipairs(names) do known = known or key == name end
    if not known then check.unknown(who, call, key, names) end
  end
end

--- check.options: the values of a constructor's options in the order of `names`, which a script gives one after the
--- other or in ONE table; the last one, "name", has been given before, as in every space.
function check.options(call, names, ...)
  local count, given, first = #names, select("#", ...), ...
  local values = { ... }
  if given == 1 and type(first) == "table" then
    check.keys(nil, call, first, names)
    for i = 1, count do values[i] = first[names[i]] end
  elseif given > count then
    check.misuse(nil, call, "%d arguments given; there are: %s", given, table.concat(names, ", "))
  elseif given == count then
    values[count] = true
  end
  if values[count] ~= nil then check.misuse(nil, call, "in a space the name is the first argument") end
  return table.unpack(values, 1, count - 1)
end

return check
