--- Memory: what a lab's world keeps for itself across all tasks, without a step: lab.count, lab.notes, lab.stuck.
local memory = {}
memory.__index = memory

local PLACE = "\2" -- of the names in what a function of lab.stuck returns

--- lab: as of judge/things.
function memory.new(lab)
  return setmetatable({ lab = lab, lists = 0 }, memory)
end

local function check_name(call, name)
  if type(name) ~= "string" then error(("%s: a name is expected"):format(call), 4) end
end

-- What is said if all wait for ever from here on: a function is asked again where something has changed. A text may
-- have been replaced by another task.
local function tell_stuck(self)
  if type(self.stuck) == "function" then self.lab.board.stuck(tostring(self.stuck(PLACE))) end
end

local function opaque(self, name, methods, value)
  return self.lab.board.opaque(function(_, key)
    if methods[key] then return methods[key] end
    if key == "value" and value then return value() end
    error(("`%s` has no `%s`"):format(name, tostring(key)), 2)
  end, function() error(("`%s` has no fields that can be set"):format(name), 2) end, function() return name end)
end

local function make_count(self, cell, name)
  local board, methods = self.lab.board, {}
  function methods.add(_, n)
    local new = board.add(cell, n or 1)
    tell_stuck(self)
    return new
  end
  function methods.set(_, n)
    board.set(cell, n)
    tell_stuck(self)
  end
  function methods.get() return board.get(cell) end
  return opaque(self, name, methods, methods.get)
end

--- A number: c:add(n) -> the new one, c:get(), c:set(n), c.value.
function memory:count(name)
  check_name("lab.count(name)", name)
  local cell = self.lab.next_cell
  self.lab.next_cell = cell + 1
  return self.lab.keep(make_count(self, cell, name), ("count %d %s"):format(cell, name))
end

local READERS = {
  n = tonumber, s = function(text) return text end, b = function(text) return text == "true" end, x = function() end,
}

local function written(value)
  local kind = type(value)
  if kind == "number" then return (math.type(value) == "integer" and "n%d" or "n%.17g"):format(value) end
  if kind == "string" then return "s" .. value end
  if kind == "boolean" then return "b" .. tostring(value) end
  if kind == "nil" then return "x" end
  error("lab.notes: numbers, strings and booleans can be noted, not a " .. kind, 3)
end

local function make_notes(self, number, name)
  local board, methods = self.lab.board, {}
  function methods.add(_, value)
    board.append(number, written(value))
    tell_stuck(self)
  end
  function methods.list()
    local list = board.entries(number)
    for i, text in ipairs(list) do list[i] = READERS[text:sub(1, 1)](text:sub(2)) end
    return list
  end
  function methods.count() return #board.entries(number) end
  return opaque(self, name, methods)
end

--- A list: l:add(value), l:list() -> all, in order; l:count().
function memory:notes(name)
  check_name("lab.notes(name)", name)
  self.lists = self.lists + 1
  return self.lab.keep(make_notes(self, self.lists, name), ("notes %d %s"):format(self.lists, name))
end

local MAKERS = { count = make_count, notes = make_notes }

--- In a process that is older than it: what was kept under that name; nil: that cannot be made anew.
function memory:again(title)
  local kind, number, name = title:match "^(%l+) (%d+) (.*)$"
  return MAKERS[kind] and MAKERS[kind](self, tonumber(number), name)
end

--- The words for tasks that wait for ever (judge/endless): a text, or a function of their names that returns it.
function memory:set_stuck(text)
  if type(text) ~= "string" and type(text) ~= "function" then
    error("lab.stuck(text): a text, or a function that returns it, is expected", 3)
  end
  self.stuck = text
  if type(text) == "string" then self.lab.board.stuck(text) else tell_stuck(self) end
end

return memory
