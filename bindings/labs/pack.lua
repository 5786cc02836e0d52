--- Pack: a directory of labs, opened and checked.
--
--   pack.lua             return { title = "Tidelock", order = { "letters", ... }, welcome = text, final = text }
--   NAME/lab.lua         returns the lab's table: title, learn, story, hints, points, world ...
--   NAME/solution.lua    with the hole; solution-2.lua ... are alternatives, wrong/*.lua answers to be rejected; a lab
--                        of kind "break" is played, and has none of these
--
-- What is wrong with one is an error { wrong = text }, which names the file.
local files = require "labs.files"
local nearest = require "help.nearest"
local text_file = require "labs.text_file"

local pack = {}
pack.__index = pack

local function refuse(text, ...) error({ wrong = text:format(...) }, 0) end

-- What `require "tidelock"` gives while a lab is only described: anything of it may be named, and nothing happens.
local absent = {}
absent.__index = function() return absent end
absent.__call = function() return absent end
setmetatable(absent, absent)

local function environment(directory)
  local env = setmetatable({}, { __index = _G })
  function env.require(name)
    if name == "tidelock" then return absent end
    local text = text_file.read(("%s/%s.lua"):format(directory, name:gsub("%.", "/")))
    if not text then return require(name) end
    return assert(load(text, "=" .. name, "t", env))()
  end
  return env
end

-- What a file of the pack returns, which must be a table.
local function run(path, directory)
  local text, why = text_file.read(path)
  if not text then refuse("%s", why) end
  local chunk, wrong = load(text, "@" .. path, "t", environment(directory))
  if not chunk then refuse("%s", wrong) end
  local well, value = pcall(chunk)
  if not well then refuse("%s", tostring(value)) end
  if type(value) ~= "table" then refuse("%s returns a %s: it must return a table", path, type(value)) end
  return value
end

-- ---- the fields ----

local function list_of(kind)
  return function(value)
    if type(value) ~= "table" or #value == 0 then return false end
    for _, each in ipairs(value) do
      if type(each) ~= kind then return false end
    end
    return true
  end
end

-- A list of strings; and besides, by the name of a property, a hint for whoever has just been told of that one.
local function hints(value)
  if not list_of "string"(value) then return false end
  for name, text in pairs(value) do
    if type(text) ~= "string" or not math.tointeger(name) and type(name) ~= "string" then return false end
  end
  return true
end

local function points(value)
  if type(value) ~= "table" or not next(value) then return false end
  for name, number in pairs(value) do
    if type(name) ~= "string" or type(number) ~= "number" or number < 0 then return false end
  end
  return true
end

local function of_type(kind) return function(value) return type(value) == kind end end

local function whole(value) return math.type(value) == "integer" and value >= 0 end

-- { name, what is right, its words, whether it may be missing }
local FIELDS = {
  { "title", of_type "string", "a string" },
  { "learn", of_type "string", "a string: what is learnt, in one line" },
  { "story", of_type "string", "a string" },
  { "hints", hints, "a list of strings" },
  { "points", points, "a table: property = points" },
  { "world", of_type "function", "a function(lab, student)" },
  { "kind", function(value) return value == "fix" or value == "break" end, '"fix" or "break"', true },
  { "runs", whole, "a whole number: schedules at most", true },
  { "kills", whole, "a whole number: tasks that may be killed", true },
  { "switches", whole, "a whole number: pre-emptions at most", true },
  { "fair", of_type "boolean", "true or false", true },
  { "polls", of_type "boolean", "true or false", true },
  { "forbid", list_of "string", 'a list of names such as "ipc.sleep"', true },
}

local function check_fields(lab, path)
  for _, field in ipairs(FIELDS) do
    local name, right, words, optional = table.unpack(field)
    if lab[name] == nil then
      if not optional then refuse("%s: '%s' is missing: %s", path, name, words) end
    elseif not right(lab[name]) then
      refuse("%s: '%s' must be %s", path, name, words)
    end
  end
  for name in pairs(lab.hints) do
    if type(name) == "string" and not lab.points[name] then
      refuse("%s: 'hints' has one for %s, which is no property of 'points'", path, name)
    end
  end
end

local function open_lab(directory, name, number)
  local folder = directory .. "/" .. name
  local path = folder .. "/lab.lua"
  if not files.stat(folder) then refuse("%s/pack.lua: 'order' names %s, which is not there", directory, name) end
  local lab = run(path, directory)
  check_fields(lab, path)
  lab.name, lab.number, lab.directory, lab.kind = name, number, folder, lab.kind or "fix"
  if lab.kind == "fix" and not files.stat(folder .. "/solution.lua") then
    refuse("%s/solution.lua is missing", folder)
  end
  return lab
end

-- ---- the pack ----

local function check_name(name, directory, known)
  if type(name) ~= "string" or not name:find "^[%w][%w_-]*$" then
    refuse("%s/pack.lua: 'order': %s is no name: letters, digits, - and _", directory, tostring(name))
  end
  if name:find "^%d+$" then refuse("%s/pack.lua: 'order': %s is a number, and no name", directory, name) end
  if known[name] then refuse("%s/pack.lua: 'order' names %s twice", directory, name) end
  known[name] = true
end

-- Opens the labs of the order. `broken`: where those that cannot be opened go, { name =, wrong = }; nil: it raises.
local function open_labs(self, directory, broken)
  local known = {}
  for _, name in ipairs(self.order) do
    check_name(name, directory, known)
    local well, lab = pcall(open_lab, directory, name, #self.labs + 1)
    if well then
      self.labs[#self.labs + 1] = lab
    elseif not broken or type(lab) ~= "table" then
      error(lab, 0)
    else
      broken[#broken + 1] = { name = name, wrong = lab.wrong }
    end
  end
end

--- Opens the pack of a directory: { title, welcome, final, directory, labs = { lab ... } }; a lab has the fields of its
--- lab.lua, and name, number, directory. Raises { wrong = text }; with `broken`, a list, what is wrong with a lab alone
--- goes there.
function pack.open(directory, broken)
  local stat, why = files.stat(directory)
  if not stat then refuse("no pack of labs: %s", why) end
  if not files.stat(directory .. "/pack.lua") then
    refuse("%s is no pack of labs: pack.lua is missing there", directory)
  end
  local self = setmetatable(run(directory .. "/pack.lua", directory), pack)
  if type(self.title) ~= "string" then refuse("%s/pack.lua: 'title' must be a string", directory) end
  if type(self.order) ~= "table" then refuse("%s/pack.lua: 'order' must be a list of names", directory) end
  self.directory, self.labs = directory, {}
  open_labs(self, directory, broken)
  if #self.order == 0 then refuse("%s/pack.lua: 'order' is empty", directory) end
  return self
end

local function names(labs)
  local list = {}
  for i, lab in ipairs(labs) do list[i] = lab.name end
  return list
end

-- Those whose name begins with the word.
local function beginning(self, word)
  local list = {}
  for _, lab in ipairs(self.labs) do
    if lab.name:sub(1, #word) == word then list[#list + 1] = lab end
  end
  return list
end

--- The lab of that number or name, or of the beginning of a name; nil and a text that tells which was perhaps meant.
function pack:lab(word)
  word = tostring(word):gsub("%.lua$", ""):match "([^/]*)/*$"
  if word:find "^%d+$" then
    local lab = self.labs[math.tointeger(tonumber(word))]
    if lab then return lab end
    return nil, ("there is no lab %s: they are 1 to %d"):format(word, #self.labs)
  end
  for _, lab in ipairs(self.labs) do
    if lab.name == word then return lab end
  end
  local found = word ~= "" and beginning(self, word) or {}
  if #found == 1 then return found[1] end
  if #found > 1 then
    return nil, ("'%s' could be %s"):format(word, table.concat(names(found), " or "))
  end
  local meant = nearest(word, names(self.labs))
  return nil, ("there is no lab '%s'%s"):format(word, meant and ("; did you mean %s?"):format(meant)
    or ": tidelock lab list shows all")
end

-- The paths of the lab's files whose names match, sorted.
local function matching(folder, pattern)
  local list = {}
  for _, name in ipairs(files.list(folder) or {}) do
    if name:find(pattern) then list[#list + 1] = folder .. "/" .. name end
  end
  return list
end

--- The paths of a lab's solutions: the reference first, then its alternatives.
function pack.solutions(lab)
  local list = { lab.directory .. "/solution.lua" }
  return table.move(matching(lab.directory, "^solution%-.+%.lua$"), 1, 99, 2, list)
end

--- The paths of its wrong answers.
function pack.wrong(lab) return matching(lab.directory .. "/wrong", "%.lua$") end

--- Its starter's text. Raises { wrong = text }.
function pack.starter(lab)
  local path = lab.directory .. "/solution.lua"
  local text, why = text_file.read(path)
  if not text then refuse("%s", why) end
  local made, wrong = require "labs.starter".make(text)
  if not made then refuse("%s: %s", path, wrong) end
  return made
end

--- The name of a learner's file: what is written, or of a lab that is played the schedule that has broken it.
function pack.file_name(lab)
  return lab.name .. (lab.kind == "break" and ".schedule" or ".lua")
end

return pack
