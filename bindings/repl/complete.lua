--- Complete: what may stand where the cursor is: keywords, globals, fields and methods of a value that raw look-ups
--- find, modules in a `require`, names of files in other strings, commands behind a colon. No code of the user is
--- called.
local help = require "repl.help"

local complete = {}

local getinfo, getupvalue = debug.getinfo, debug.getupvalue

local UPVALUES_MOST = 3 -- of a C function of ours
local CHAIN_LONGEST = 16 -- of __index tables: they may form a circle

local KEYWORDS = [[and break do else elseif end false for function goto if in local nil not or repeat return then true
  until while]]

local function is_keyword(word) return (" " .. KEYWORDS .. " "):find("%s" .. word .. "%s") ~= nil end

local INTERNAL = "tidelock_remote" -- a module that the runtime loads by itself

local list_folder, arguments
local own = {} -- modules of the program itself, which nobody could require

--- To be called first. `list(folder)`: the names in it, those of folders with a slash behind them. `of_commands`: for
--- the name of a command what its argument may be: a list of "file", and functions that return a list of names; nil: an
--- expression.
function complete.open(list, of_commands)
  list_folder, arguments = list, of_commands
  for name in next, package.loaded do own[name] = name:find("^%l+%.%l") ~= nil end
end

-- The table of methods that an __index of ours has as an upvalue, behind what records its calls; nil: it has none.
local function methods_behind(index)
  if getinfo(index, "S").what ~= "C" then return end
  for n = 1, UPVALUES_MOST do
    local name, value = getupvalue(index, n)
    if not name then return end
    local methods = type(value) == "table" and value or type(value) == "function" and methods_behind(value)
    if methods then return methods end
  end
end

-- Calls use(t) for a table that shows what can be written behind a value: itself, and its __index tables. Where that is
-- a function, as of objects of a far space, the metatable's __fields tells what it finds, or it has the methods.
local function each_table(value, use)
  for _ = 1, CHAIN_LONGEST do
    if type(value) == "table" then use(value) end
    local metatable = debug.getmetatable(value)
    value = type(metatable) == "table" and rawget(metatable, "__index")
    if type(value) == "function" then value = rawget(metatable, "__fields") or methods_behind(value) end
    if type(value) ~= "table" then return end
  end
end

local function field(value, key)
  local found
  each_table(value, function(t)
    if found == nil then found = rawget(t, key) end
  end)
  return found
end

-- `t[1].` and `t["a"]:` and `a.b.`, read from the end: the keys from the first on; nil: it is another expression.
local function keys_of(text)
  local keys = {}
  while true do
    local before, key = text:match "^(.-)%[%s*(%-?%d+)%s*%]$"
    if not before then before, key = text:match "^(.-)%[%s*[\"']([^\"']*)[\"']%s*%]$" else key = math.tointeger(key) end
    if not before then
      before, key = text:match "^(.-)([%a_][%w_]*)$"
      if not before then return end
      table.insert(keys, 1, key)
      if not before:find "[.:]$" then return keys end
      text = before:sub(1, -2)
    else
      table.insert(keys, 1, key)
      text = before
    end
  end
end

local function kind_of(value)
  local metatable = debug.getmetatable(value)
  return type(value) == "userdata" and type(metatable) == "table" and rawget(metatable, "__name") or nil
end

-- The value that the text means; nil: raw look-ups find none, but the reference may tell of which kind it is.
local function value_of(text)
  local keys = keys_of(text)
  if not keys then return end
  local value, kind = _G, nil
  for _, key in ipairs(keys) do
    kind = help.kind_of_field(kind_of(value) or kind, key)
    value = field(value, key)
    if value == nil and not kind then return end
  end
  return value, kind
end

-- What is no method: the fields that the reference tells of, and the keys of a shared table.
local function add_properties(value, add)
  local kind = kind_of(value)
  if not kind then return end
  for _, name in ipairs(help.fields(kind)) do add(name) end
  if kind ~= "table" then return end
  for _, key in ipairs(value:keys()) do add(key) end
end

local function add_fields(text, mark, add)
  local value, kind = value_of(text)
  if value == nil then
    for _, name in ipairs(kind and help.methods(kind) or {}) do add(name, next) end
    return
  end
  each_table(value, function(t)
    for key, found in next, t do
      -- behind a colon only functions make sense
      if mark == "." or type(found) == "function" then add(key, found) end
    end
  end)
  if mark == "." then add_properties(value, add) end
end

local function add_globals(add)
  for word in KEYWORDS:gmatch "%a+" do add(word) end
  for key, value in next, _G do add(key, value) end
end

-- Modules that package.path and package.cpath find, by the names of their files.
local function add_modules(begun, add_any)
  local function add(name)
    if name ~= INTERNAL then add_any(name) end
  end
  for name in next, package.loaded do
    if not own[name] then add(name) end
  end
  for name in next, package.preload do add(name) end
  local folder = begun:match "^(.*)%.[^.]*$"
  for template in (package.path .. ";" .. package.cpath):gmatch "[^;]+" do
    local before, behind = template:match "^(.-)%?(.*)$"
    if before then
      if folder then before = before .. folder:gsub("%.", "/") .. "/" end
      for _, file in ipairs(list_folder(before == "" and "." or before)) do
        local name = #file > #behind and file:sub(-#behind) == behind and file:sub(1, -#behind - 1)
        if name and not name:find "[./]" then add((folder and folder .. "." or "") .. name) end
      end
    end
  end
end

local function add_files(begun, add)
  local folder = begun:match "^(.*/)"
  for _, name in ipairs(list_folder(folder or ".")) do
    if name ~= "./" and name ~= "../" then add((folder or "") .. name) end
  end
end

-- The string that the text ends in: what of it is there, what stands before it, and its quote.
local function open_string(text)
  local quote, at
  local i = 1
  while i <= #text do
    local c = text:sub(i, i)
    if quote and c == "\\" then
      i = i + 1
    elseif quote then
      if c == quote then quote = nil end
    elseif c == '"' or c == "'" then
      quote, at = c, i
    end
    i = i + 1
  end
  if quote then return text:sub(at + 1), text:sub(1, at - 1), quote end
end

-- What is added, and begins so.
local function collector(begun)
  local found, seen = {}, {}
  return found, function(name, value)
    if type(name) ~= "string" or seen[name] or name:sub(1, #begun) ~= begun then return end
    if name:sub(1, 2) == "__" and begun:sub(1, 1) ~= "_" then return end
    seen[name] = true
    found[#found + 1] = { name = name, value = value }
  end
end

-- What is found for the argument of a command: its name, its text so far.
local function find_argument(command, begun)
  local found, add = collector(begun)
  for _, argument in ipairs(arguments[command]) do
    if argument == "file" then add_files(begun, add)
    else for _, name in ipairs(argument()) do add(name) end end
  end
  return found
end

-- What is found for the text before the cursor: { name =, value = } each, the begun part of it, and a closing quote.
local function find(text)
  local named, argument = text:match "^%s*:(%a+)%s+(%S*)$"
  if arguments[named] then return find_argument(named, argument), argument end
  local begun, before, quote = open_string(text)
  if begun then
    local found, add = collector(begun)
    if before:find "require%s*%(?%s*$" then add_modules(begun, add) else add_files(begun, add) end
    return found, begun, quote
  end
  local command = text:match "^%s*:(%a*)$"
  if command then return {}, command end
  local owner, mark, name = text:match "^(.*)([.:])([%w_]*)$"
  if owner and not owner:find "%.$" then
    local found, add = collector(name)
    add_fields(owner:match "[%w_.:%[%]\"']+$" or "", mark, function(key, value)
      if type(key) == "string" and key:find "^[%a_][%w_]*$" and not is_keyword(key) then add(key, value) end
    end)
    return found, name
  end
  begun = text:match "[%w_]*$"
  local found, add = collector(begun)
  if not text:find "[%)%]}\"']$" then add_globals(add) end
  return found, begun
end

-- What follows a word that is the only one.
local function behind(found, quote)
  if #found ~= 1 then return "" end
  if quote then return found[1].name:sub(-1) == "/" and "" or quote end
  return type(found[1].value) == "function" and "(" or ""
end

--- What may stand for the word that begins behind the first `start` bytes of the text before the cursor; and what is to
--- follow it where it is the only one. `commands`: the names that go behind a colon at the beginning.
---@return string[]
---@return string
function complete.list(text, start, commands)
  local found, begun, quote = find(text)
  if text:find "^%s*:%a*$" then
    local add
    found, add = collector(begun)
    for _, name in ipairs(commands) do add(name) end
  end
  table.sort(found, function(a, b) return a.name < b.name end)
  local words, place = {}, #text - #begun
  for i, one in ipairs(found) do
    local whole = text:sub(1, place) .. one.name
    words[i] = whole:sub(start + 1)
  end
  return words, behind(found, quote)
end

return complete
