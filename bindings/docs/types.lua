-- The types of LuaCATS annotations: where one ends in a line, and which names it uses.
--
-- types.read(text) returns the type at the beginning of the text, and what follows it.  A type is a list of pieces, in
-- the order of the text: strings, and { name = "..." } where it names a type.  What is no type raises, without a place.
local types = {}

local union -- types nest

local function fail(cursor, wanted)
  local rest = cursor.text:sub(cursor.at)
  error(("%s is expected, not %s"):format(wanted, rest == "" and "the end of the line" or "`" .. rest .. "`"), 0)
end

-- Takes what matches the pattern, if it is next.
local function take(cursor, pattern)
  local from, to = cursor.text:find("^" .. pattern, cursor.at)
  if not from then return false end
  local text = cursor.text:sub(from, to)
  cursor.pieces[#cursor.pieces + 1] = text
  cursor.at = to + 1
  return true
end

local function expect(cursor, pattern, wanted)
  if not take(cursor, pattern) then fail(cursor, wanted) end
end

local function listed(cursor, item, close, wanted)
  if take(cursor, "%s*" .. close) then return end
  repeat item(cursor) until not take(cursor, "%s*,%s*")
  expect(cursor, "%s*" .. close, wanted)
end

local function argument(cursor)
  if not take(cursor, "%.%.%.") then expect(cursor, "[%a_][%w_]*%??", "a parameter's name") end
  if take(cursor, "%s*:%s*") then union(cursor) end
end

local function entry(cursor)
  take(cursor, "%s+")
  if take(cursor, "%[") then
    union(cursor)
    expect(cursor, "%]", "`]`")
  else
    expect(cursor, "[%a_][%w_]*%??", "a field's name")
  end
  expect(cursor, "%s*:%s*", "`:`")
  union(cursor)
end

local function called(cursor)
  listed(cursor, argument, "%)", "`)`")
  if take(cursor, "%s*:%s*") then
    repeat union(cursor) until not take(cursor, "%s*,%s*")
  end
end

local function named(cursor)
  expect(cursor, "[%a_][%w_%.]*%*?", "a type")
  cursor.pieces[#cursor.pieces] = { name = cursor.pieces[#cursor.pieces] }
  if take(cursor, "<") then listed(cursor, union, ">", "`>`") end
end

local function single(cursor)
  if take(cursor, "fun%(") then
    called(cursor)
  elseif take(cursor, "{") then
    listed(cursor, entry, "}", "`}`")
  elseif take(cursor, "%(") then
    union(cursor)
    expect(cursor, "%)", "`)`")
  elseif not (take(cursor, '"[^"]*"') or take(cursor, "'[^']*'") or take(cursor, "%-?%d+")) then
    named(cursor)
  end
  repeat until not (take(cursor, "%[%]") or take(cursor, "%?"))
end

function union(cursor)
  repeat single(cursor) until not take(cursor, "%s*|%s*")
end

function types.read(text)
  local cursor = { text = text, at = 1, pieces = {} }
  union(cursor)
  local rest = text:sub(cursor.at)
  if rest:find("^%S") then fail(cursor, "a space after the type") end
  return cursor.pieces, (rest:gsub("^%s+", ""))
end

return types
