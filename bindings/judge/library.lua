--- Library: `lab`, by which a lab's world is written. docs/labs.md tells what each function does.
--
-- What all tasks know of stages and marks lies on the board (judge/board.h): looking at it is no step. Each enter, leave,
-- arrive and pass is one step on an ipc.value, so that the explorer sees which of them depend on each other; what is
-- noted and checked behind it, up to the task's next step, is one piece with it. Things that lab.before or another rule
-- joins have one value in common: the order of their steps matters.
local library = {}

local TASKS = 64 -- tasks that have a number, from 0: the main one
local COUNTED, STARTED, PASSED_ALL = 1, 2, 3 -- cells: tasks with a number; that the student has started; arrivals
local PATHS = 8 -- cells: from here on the path of each task
local FIRST = PATHS + TASKS + 1
local MOST_LABEL = 119

library.task_cell = STARTED

-- ---- tasks ----

local function new_number(self, name)
  local board = self.board
  local number = board.add(COUNTED, 1)
  if number >= TASKS then error("a lab has at most " .. TASKS - 1 .. " tasks", 0) end
  board.set(PATHS + number, board.path())
  board.write(number + 1, name)
  return number
end

-- The number of the task that calls; one that the student has started gets its own here.
local function me(self)
  local path = self.board.path()
  if self.path ~= path then
    local current = self.ipc.current()
    self.path, self.number = path, new_number(self, current and current.name or "main")
  end
  return self.number
end

local function name_of(self, number)
  return self.board.text(number + 1)
end

local function join_words(list)
  if #list < 2 then return list[1] or "nobody" end
  return table.concat(list, ", ", 1, #list - 1) .. " and " .. list[#list]
end

-- ---- the end of a schedule ----

local function reject(self, property, text, ...)
  local well, sentence = pcall(string.format, text, ...)
  self.board.finish(("\1lab\1reject\1%s\1%s"):format(property, well and sentence or text))
end

local function check_words(call, property, text)
  if type(property) ~= "string" or type(text) ~= "string" then
    error(("%s: the name of a property and a text are expected"):format(call), 3)
  end
end

-- ---- stages and marks ----

-- Cells of a stage: how many are inside, the most, entered, left; and for each task whether it is inside (how often),
-- since when it wants in (0: it does not), by how many it was passed.
local INSIDE, MOST, ENTERED, LEFT, OWN = 0, 1, 2, 3, 4
local OWN_SIZE = 3

local function own_cell(thing, number, which)
  return thing.base + OWN + OWN_SIZE * number + which
end

local function is_dead(self, number)
  return self.kills and self.board.died(self.board.get(PATHS + number))
end

-- The numbers of those inside, without the dead.
local function inside(thing)
  local self, found = thing.lab, {}
  for number = 0, self.board.get(COUNTED) do
    if self.board.get(own_cell(thing, number, 0)) > 0 and not is_dead(self, number) then
      found[#found + 1] = number
    end
  end
  return found
end

local function names_of(self, numbers)
  local names = {}
  for i, number in ipairs(numbers) do names[i] = name_of(self, number) end
  return join_words(names)
end

local function passed(thing)
  return thing.lab.board.get(thing.base + (thing.kind == "stage" and LEFT or ENTERED))
end

local function check_before(thing)
  for _, rule in ipairs(thing.rules.before or {}) do
    if passed(rule.first) == 0 then reject(thing.lab, rule.property, rule.text, name_of(thing.lab, me(thing.lab))) end
  end
end

local function check_together(thing)
  local numbers
  for _, rule in ipairs(thing.rules.together or {}) do
    numbers = numbers or inside(thing)
    if #numbers > rule.most then reject(thing.lab, rule.property, rule.text, names_of(thing.lab, numbers)) end
  end
end

-- The task has entered: those that have waited longer were passed by it.
local function count_bypass(thing, number)
  local self, board = thing.lab, thing.lab.board
  local since = board.get(own_cell(thing, number, 1))
  for other = 0, board.get(COUNTED) do
    local waits = board.get(own_cell(thing, other, 1))
    if other ~= number and waits > 0 and waits < since and not is_dead(self, other) then
      local times = board.add(own_cell(thing, other, 2), 1)
      for _, rule in ipairs(thing.rules.bypass) do
        if times > rule.most then reject(self, rule.property, rule.text, name_of(self, other)) end
      end
    end
  end
end

local function arrive(thing, number)
  local board = thing.lab.board
  board.set(own_cell(thing, number, 1), board.add(PASSED_ALL, 1))
  board.set(own_cell(thing, number, 2), 0)
end

local stage = {}

function stage.arrive(thing)
  local number = me(thing.lab)
  thing.lab.board.step(thing.value, "arrives at " .. thing.name, true)
  arrive(thing, number)
end

function stage.enter(thing)
  local self, board, number = thing.lab, thing.lab.board, me(thing.lab)
  board.step(thing.value, "enters " .. thing.name, true)
  if board.get(own_cell(thing, number, 1)) == 0 then arrive(thing, number) end
  check_before(thing)
  board.add(own_cell(thing, number, 0), 1)
  board.add(thing.base + ENTERED, 1)
  local count = self.kills and #inside(thing) or board.add(thing.base + INSIDE, 1)
  board.set(thing.base + INSIDE, count)
  board.set(thing.base + MOST, math.max(count, board.get(thing.base + MOST)))
  board.told(count > 1 and ("%d inside"):format(count) or "")
  check_together(thing)
  if thing.rules.bypass then count_bypass(thing, number) end
  board.set(own_cell(thing, number, 1), 0)
end

function stage.leave(thing)
  local board, number = thing.lab.board, me(thing.lab)
  board.step(thing.value, "leaves " .. thing.name, true)
  board.told ""
  if board.get(own_cell(thing, number, 0)) == 0 then
    error(("%s leaves `%s`, and is not inside"):format(name_of(thing.lab, number), thing.name), 2)
  end
  board.add(own_cell(thing, number, 0), -1)
  board.add(thing.base + INSIDE, -1)
  board.add(thing.base + LEFT, 1)
end

-- Whatever comes of it, the task leaves.
function stage.with(thing, fn, ...)
  stage.enter(thing)
  local results = table.pack(pcall(fn, ...))
  stage.leave(thing)
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

function stage.who(thing)
  return names_of(thing.lab, inside(thing))
end

local mark = {}

function mark.pass(thing)
  local board = thing.lab.board
  board.step(thing.value, "passes " .. thing.name, true)
  board.told ""
  check_before(thing)
  board.add(thing.base + ENTERED, 1)
end

local METHODS = { stage = stage, mark = mark }
local NUMBERS = {
  stage = { inside = INSIDE, most = MOST, entered = ENTERED, left = LEFT },
  mark = { passed = ENTERED },
}

-- A number that another task may change is looked at in a step, until all have ended.
local function look(thing, cell)
  local self = thing.lab
  if self.started and not self.over then
    self.board.step(thing.value, "looks at " .. thing.name, false)
    self.board.told ""
  end
  return self.board.get(thing.base + cell)
end

local function make_index(thing)
  local methods, numbers = {}, NUMBERS[thing.kind]
  for name, method in pairs(METHODS[thing.kind]) do
    methods[name] = function(itself, ...)
      if itself ~= thing.opaque then error(("call it with a colon: %s:%s()"):format(thing.name, name), 2) end
      return method(thing, ...)
    end
  end
  return function(_, name)
    if methods[name] then return methods[name] end
    if numbers[name] then return look(thing, numbers[name]) end
    if name == "name" then return thing.name end
    error(("a %s has no `%s`"):format(thing.kind, tostring(name)), 2)
  end
end

local function new_thing(self, kind, name)
  if type(name) ~= "string" then error(("lab.%s(name): a name is expected"):format(kind), 3) end
  local thing = {
    lab = self, kind = kind, name = name, base = self.next_cell, rules = {}, value = self.ipc.value(0, name),
  }
  self.next_cell = self.next_cell + (kind == "stage" and OWN + OWN_SIZE * TASKS or OWN)
  thing.opaque = self.board.opaque(make_index(thing), function()
    error(("`%s` has no fields that can be set"):format(name), 2)
  end, function() return ("%s %s"):format(kind, name) end)
  self.things[thing.opaque] = thing
  self.list[#self.list + 1] = thing
  return thing.opaque
end

-- ---- rules ----

local function check_thing(self, call, value, kind)
  local thing = self.things[value]
  if not thing or kind and thing.kind ~= kind then
    error(("%s: a %s is expected"):format(call, kind or "stage or mark"), 3)
  end
  if self.started then error(("%s stands above the first lab.task"):format(call), 3) end
  return thing
end

local function add_rule(thing, which, rule)
  thing.rules[which] = thing.rules[which] or {}
  table.insert(thing.rules[which], rule)
end

-- From now on the steps of both are on one value.
local function join_values(self, a, b)
  local old, new = b.value, a.value
  for _, thing in ipairs(self.list) do
    if thing.value == old then thing.value = new end
  end
end

-- ---- claims ----

local function holds(condition)
  if type(condition) == "function" then return condition() end
  return condition
end

local function label_of(property, text)
  local label = ("lab:%s:%s"):format(property, text)
  if #label > MOST_LABEL then error("lab.sometimes: the text is too long: " .. text, 3) end
  return label
end

-- Functions are asked when all tasks have ended.
local function sometimes(self, property, condition, text)
  check_words("lab.sometimes", property, text)
  local label = label_of(property, text)
  if type(condition) == "function" and not self.over then
    self.pending[#self.pending + 1] = { label = label, condition = condition }
    return
  end
  self.board.label(label, holds(condition))
end

-- ---- tasks ----

local function start_task(self, name, fn, ...)
  if type(name) ~= "string" then error("lab.task(name, fn, ...): a name is expected", 3) end
  if type(fn) ~= "function" and not (type(fn) == "table" and getmetatable(fn)) then
    self.board.finish(("\1lab\1unread\1what %s is to run is %s, no function"):format(name,
      fn == nil and "nil" or "a " .. type(fn)))
  end
  local arguments = table.pack(...)
  self.started = true
  local process = self.ipc.process{ name = name, target = function()
    self.path, self.number = self.board.path(), new_number(self, name)
    return fn(table.unpack(arguments, 1, arguments.n))
  end }
  process:start()
  self.tasks[#self.tasks + 1] = process
  return process
end

local function join_all(self)
  for _, process in ipairs(self.tasks) do process:join() end
  if self.board.get(STARTED) > 0 then
    for _, process in ipairs(self.ipc.children()) do process:join() end
  end
end

-- What comes when world has returned.
local function finish(self)
  join_all(self)
  self.over = true
  for _, rule in ipairs(self.empties) do
    local left = rule.queue:size()
    if left > 0 then reject(self, rule.property, rule.text, left) end
  end
  for _, fn in ipairs(self.afters) do fn() end
  for _, each in ipairs(self.pending) do self.board.label(each.label, holds(each.condition)) end
  self.board.label("lab:over", true)
end

-- ---- the functions of `lab` ----

local function make_rules(self, api)
  function api.before(first, second, property, text)
    check_words("lab.before", property, text)
    local a, b = check_thing(self, "lab.before", first), check_thing(self, "lab.before", second)
    add_rule(b, "before", { first = a, property = property, text = text })
    join_values(self, a, b)
  end

  function api.together(where, most, property, text)
    check_words("lab.together", property, text)
    add_rule(check_thing(self, "lab.together", where, "stage"), "together",
      { most = most, property = property, text = text })
  end

  function api.alone(where, property, text)
    check_words("lab.alone", property, text)
    add_rule(check_thing(self, "lab.alone", where, "stage"), "together", { most = 1, property = property, text = text })
  end

  function api.bypass(where, most, property, text)
    check_words("lab.bypass", property, text)
    add_rule(check_thing(self, "lab.bypass", where, "stage"), "bypass",
      { most = most, property = property, text = text })
  end

  function api.empty(queue, property, text)
    check_words("lab.empty", property, text)
    table.insert(self.empties, { queue = queue, property = property, text = text })
  end
end

local function make_claims(self, api)
  function api.always(property, condition, text, ...)
    check_words("lab.always", property, text)
    if not holds(condition) then reject(self, property, text, ...) end
  end

  function api.sometimes(property, condition, text) return sometimes(self, property, condition, text) end

  function api.after(fn) table.insert(self.afters, fn) end

  function api.say(text, ...)
    self.board.say(select("#", ...) > 0 and text:format(...) or tostring(text))
  end

  function api.choose(n) return self.ipc.choose(n) end
end

-- A number that the world keeps for itself, across all tasks: no step.
local function new_count(self, name)
  if type(name) ~= "string" then error("lab.count(name): a name is expected", 3) end
  local board, cell, count = self.board, self.next_cell, {}
  self.next_cell = cell + 1
  function count.add(_, n) return board.add(cell, n or 1) end
  function count.set(_, n) board.set(cell, n) end
  function count.get() return board.get(cell) end
  return count
end

-- A list of numbers that all tasks share; no step either.
local MOST_NOTES = 32

local function new_notes(self, name)
  if type(name) ~= "string" then error("lab.notes(name): a name is expected", 3) end
  local board, cell, notes = self.board, self.next_cell, {}
  self.next_cell = cell + 1 + MOST_NOTES
  function notes.add(_, n)
    local at = board.add(cell, 1)
    if at > MOST_NOTES then error(("lab.notes: more than %d in `%s`"):format(MOST_NOTES, name), 2) end
    board.set(cell + at, n)
  end
  function notes.list()
    local list = {}
    for at = 1, board.get(cell) do list[at] = board.get(cell + at) end
    return list
  end
  return notes
end

-- The words for tasks that wait for ever; the last ones count (judge/endless).
local function make_stuck(self)
  local cell = self.next_cell
  self.next_cell = cell + 1
  return function(text)
    local label = ("stuck:%03d:%s"):format(self.board.add(cell, 1), text)
    if #label > MOST_LABEL then error("lab.stuck: the text is too long: " .. text, 2) end
    self.board.label(label, true)
  end
end

--- For a schedule: { api = the table `lab`, finish = to be called when world has returned }.
function library.new(board, ipc, description)
  local self = {
    board = board, ipc = ipc, kills = (description.kills or 0) > 0, next_cell = FIRST, things = {}, list = {},
    afters = {}, pending = {}, empties = {}, tasks = {}, started = false, over = false,
  }
  self.path, self.number = board.path(), 0
  board.set(PATHS, board.path())
  board.write(1, "main")
  local api = {}
  function api.stage(name) return new_thing(self, "stage", name) end
  function api.mark(name) return new_thing(self, "mark", name) end
  function api.task(name, fn, ...) return start_task(self, name, fn, ...) end
  function api.value(n, name) return ipc.value(n, name or "value") end
  function api.file(fields, name)
    local file = ipc.table(fields, name or "file")
    return file
  end
  function api.count(name) return new_count(self, name) end
  function api.notes(name) return new_notes(self, name) end
  function api.me() return name_of(self, me(self)) end
  api.stuck = make_stuck(self)
  make_rules(self, api)
  make_claims(self, api)
  return { api = api, finish = function() finish(self) end }
end

return library
