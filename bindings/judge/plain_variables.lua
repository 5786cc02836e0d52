--- Plain variables: those of a Lua file that hold no object of the runtime, and are set in one function and decide
--- something in one: of these each task has a copy of its own.
--
-- Read off the words of the file, not of what they mean: a name that is also that of a parameter, or of a variable in a
-- function, is left out.
local places = require "judge.places"

local LITERAL = { ["nil"] = true, ["true"] = true, ["false"] = true, ['""'] = true, ["-"] = true, [","] = true,
  ["="] = true, ["{"] = true, ["}"] = true, ["["] = true, ["]"] = true }

local function is_name(token)
  return token ~= nil and token.text:find "^[%a_]" ~= nil
end

-- ---- declarations ----

-- From the token behind `=` on, whether the values are no objects and no calls; only of one line.
local function is_plain(list, at)
  local line = list[at] and list[at].line
  while list[at] and list[at].line == line do
    local word = list[at].text
    local is_key = is_name(list[at]) and list[at + 1] and list[at + 1].text == "="
    if word == "local" then break end
    if not LITERAL[word] and not word:find "^%d" and not is_key then return false end
    at = at + 1
  end
  return true
end

-- The names behind `local`, and where they end.
local function names_behind(list, at)
  local names = {}
  while is_name(list[at]) do
    names[#names + 1] = list[at].text
    if not list[at + 1] or list[at + 1].text ~= "," then return names, at + 1 end
    at = at + 2
  end
  return names, at
end

local function parameters(list, at)
  while list[at] and list[at].text ~= "(" do at = at + 1 end
  return (names_behind(list, at + 1))
end

-- Plain variables of the file by name, and the names that mean something else somewhere.
local function declarations(list)
  local plain, other = {}, {}
  for at, token in ipairs(list) do
    local names, behind = {}, at
    if token.text == "local" and list[at + 1] and list[at + 1].text ~= "function" then
      names, behind = names_behind(list, at + 1)
    elseif token.text == "function" then
      for _, name in ipairs(parameters(list, at)) do other[name] = true end
    elseif token.text == "for" then
      for _, name in ipairs((names_behind(list, at + 1))) do other[name] = true end
    end
    local has_value = list[behind] and list[behind].text == "="
    for _, name in ipairs(names) do
      if token.inside or plain[name] or has_value and not is_plain(list, behind + 1) then other[name] = true end
      plain[name] = { name = name, line = token.line, sets = {}, asks = {} }
    end
  end
  for name in pairs(other) do plain[name] = nil end
  return plain
end

-- ---- what is done with them ----

local function behind_index(list, at)
  if list[at].text == "." then return at + 2 end
  local depth = 0
  repeat
    local word = list[at].text
    depth = depth + (word == "[" and 1 or word == "]" and -1 or 0)
    at = at + 1
  until depth == 0 or not list[at]
  return at
end

-- Whether the name at `at`, or a field of it, is given a value there.
local function is_set(list, at)
  local behind = at + 1
  while list[behind] and (list[behind].text == "." or list[behind].text == "[") do
    behind = behind_index(list, behind)
  end
  return list[behind] ~= nil and list[behind].text == "=" and not list[at].key
end

local function is_field(list, at)
  local before = at > 1 and list[at - 1].text
  return before == "." or before == ":"
end

-- Whether a loop goes on by what the variable is, and does not set it itself.
local function waits(variable, asks)
  for _, place in ipairs(asks and asks.loop and variable.sets or {}) do
    if place.at > asks.loop.at and place.at < asks.loop.behind then return false end
  end
  return asks ~= nil and asks.loop ~= nil
end

--- List of { name =, line =, sets = { { line, first, last } }, asks = the same, waits = those of asks that are loops
--- which wait for it }, first and last the lines of the function in which that is.
return function(text)
  local list, found = places(text), {}
  local plain = declarations(list)
  for at, token in ipairs(list) do
    local variable = plain[token.text]
    if variable and token.inside and not is_field(list, at) then
      local place = { line = token.line, first = token.inside.first, last = token.inside.last, at = at,
        by = token.asks }
      if is_set(list, at) then table.insert(variable.sets, place) end
      if token.asks then table.insert(variable.asks, place) end
    end
  end
  for _, variable in pairs(plain) do
    if variable.sets[1] and variable.asks[1] then found[#found + 1] = variable end
    variable.waits = {}
    for _, place in ipairs(variable.asks) do
      if waits(variable, place.by) then table.insert(variable.waits, place) end
    end
  end
  table.sort(found, function(a, b) return a.line < b.line or a.line == b.line and a.name < b.name end)
  return found
end
