--- Things: the stages and marks of a lab: what is noted when a task passes them, and the rules that are checked then.
--
-- What all tasks know of them lies on the board (judge/board.h): looking at it is no step. Each enter, leave, arrive
-- and pass is one step on an ipc.value, so that the explorer sees which of them depend on each other; what is noted and
-- checked behind it, up to the task's next step, is one piece with it. Things that lab.before joins have one value in
-- common, as the order of their steps matters.
local tasks = require "judge.tasks"

local things = {}
things.__index = things

-- Cells of a thing: how many are inside, the most, entered (of a mark: passed), left. Of a stage also, for each task:
-- how often it is inside, by how many it was passed, whether it has arrived (1) and does not want in any more (0), and
-- how many events there were when it did.
local INSIDE, MOST, ENTERED, LEFT, OWN = 0, 1, 2, 3, 4
local IN, PASSED, ARRIVAL, SINCE, OWN_SIZE = 0, 1, 2, 3, 4

--- lab: { board =, ipc =, tasks = of judge/tasks, next_cell = first free one of the board, reject = function }.
function things.new(lab)
  return setmetatable({ lab = lab, of = {}, list = {} }, things)
end

local function own_cell(thing, number, which)
  return thing.base + OWN + OWN_SIZE * number + which
end

-- The numbers of those inside, without the dead.
local function inside(thing)
  local lab, found = thing.lab, {}
  for number = 0, lab.tasks:count() do
    if lab.board.get(own_cell(thing, number, IN)) > 0 and not lab.tasks:is_dead(number) then
      found[#found + 1] = number
    end
  end
  return found
end

-- ---- rules ----

local function passed(thing)
  return thing.lab.board.get(thing.base + (thing.kind == "stage" and LEFT or ENTERED))
end

local function check_before(thing, number)
  for _, rule in ipairs(thing.rules.before or {}) do
    if passed(rule.first) == 0 then
      thing.lab.reject(rule.property, rule.text, thing.lab.tasks:name(number))
    end
  end
end

local function check_together(thing)
  local numbers
  for _, rule in ipairs(thing.rules.together or {}) do
    numbers = numbers or inside(thing)
    if #numbers > rule.most then thing.lab.reject(rule.property, rule.text, thing.lab.tasks:names(numbers)) end
  end
end

-- Whether `other`, which has arrived, has been kept waiting without a break since before the task that now enters
-- arrived. An arrival alone is no place in a queue, and who was let go on and is slow is passed by nobody's fault.
local function was_waiting(thing, other, since)
  local lab = thing.lab
  local waits = lab.board.waited(lab.tasks:path_of(other), lab.board.get(own_cell(thing, other, SINCE)))
  return waits > 0 and waits <= since
end

-- The task has entered: those that have waited longer were passed by it.
local function count_bypass(thing, number)
  local lab, board = thing.lab, thing.lab.board
  local since = board.get(own_cell(thing, number, SINCE))
  for other = 0, lab.tasks:count() do
    local arrival = board.get(own_cell(thing, other, ARRIVAL))
    if other ~= number and arrival > 0 and not lab.tasks:is_dead(other) and was_waiting(thing, other, since) then
      local times = board.add(own_cell(thing, other, PASSED), 1)
      for _, rule in ipairs(thing.rules.bypass) do
        if times > rule.most then lab.reject(rule.property, rule.text, lab.tasks:name(other)) end
      end
    end
  end
end

-- ---- what tasks do ----

-- A step, and in which words it is told (judge/words): those of the story, if the lab has some.
local function step(thing, verb, does)
  local own = does and " | " .. does or ""
  thing.lab.board.step(thing.value, ("%s %s%s"):format(verb, thing.name, own), true)
end

local function arrive(thing, number)
  local board = thing.lab.board
  board.set(own_cell(thing, number, ARRIVAL), 1)
  board.set(own_cell(thing, number, SINCE), board.events())
  board.set(own_cell(thing, number, PASSED), 0)
end

local stage = {}

function stage.arrive(thing)
  local number = thing.lab.tasks:me()
  step(thing, "arrives at")
  thing.lab.board.told ""
  arrive(thing, number)
end

function stage.enter(thing)
  local lab, board, number = thing.lab, thing.lab.board, thing.lab.tasks:me()
  step(thing, "enters", thing.does[1])
  if board.get(own_cell(thing, number, ARRIVAL)) == 0 then arrive(thing, number) end
  check_before(thing, number)
  board.add(own_cell(thing, number, IN), 1)
  board.add(thing.base + ENTERED, 1)
  local count = lab.tasks.kills and #inside(thing) or board.get(thing.base + INSIDE) + 1
  board.set(thing.base + INSIDE, count)
  board.set(thing.base + MOST, math.max(count, board.get(thing.base + MOST)))
  board.told(count > 1 and ("%d inside"):format(count) or "")
  check_together(thing)
  if thing.rules.bypass then count_bypass(thing, number) end
  board.set(own_cell(thing, number, ARRIVAL), 0)
end

function stage.leave(thing)
  local board, number = thing.lab.board, thing.lab.tasks:me()
  step(thing, "leaves", thing.does[2])
  board.told ""
  if board.get(own_cell(thing, number, IN)) == 0 then
    error(("%s leaves `%s`, and is not inside"):format(thing.lab.tasks:name(number), thing.name), 2)
  end
  board.add(own_cell(thing, number, IN), -1)
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
  return thing.lab.tasks:names(inside(thing))
end

local mark = {}

function mark.pass(thing, does)
  local board, number = thing.lab.board, thing.lab.tasks:me()
  step(thing, "passes", does or thing.does[1])
  board.told ""
  check_before(thing, number)
  board.add(thing.base + ENTERED, 1)
end

-- ---- the values that stand for them ----

local METHODS = { stage = stage, mark = mark }
local NUMBERS = {
  stage = { inside = INSIDE, most = MOST, entered = ENTERED, left = LEFT },
  mark = { passed = ENTERED },
}

-- A number that another task may change is looked at in a step, until all have ended.
local function look(thing, cell)
  local lab = thing.lab
  if not lab.over and (lab.started or lab.tasks:started() > 0) then
    lab.board.step(thing.value, "looks at " .. thing.name, false)
    lab.board.told ""
  end
  if cell == INSIDE and lab.tasks.kills then return #inside(thing) end
  return lab.board.get(thing.base + cell)
end

local function make_index(thing)
  local methods, numbers = {}, NUMBERS[thing.kind]
  for name, method in pairs(METHODS[thing.kind]) do
    methods[name] = function(itself, ...)
      if itself ~= thing.opaque then error(("call it with a colon: %s:%s()"):format(thing.kind, name), 2) end
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

--- A new stage or mark of that name, as worlds have it: a value that nobody can look into. ...: the story's words for
--- entering and leaving it, or passing it.
function things:make(kind, name, ...)
  if type(name) ~= "string" then error(("lab.%s(name): a name is expected"):format(kind), 3) end
  local lab = self.lab
  local thing = {
    lab = lab, kind = kind, name = name, base = lab.next_cell, rules = {}, does = { ... },
    value = lab.ipc.value(0, name),
  }
  lab.next_cell = lab.next_cell + (kind == "stage" and OWN + OWN_SIZE * tasks.most or OWN)
  thing.opaque = lab.board.opaque(make_index(thing), function()
    error(("`%s` has no fields that can be set"):format(name), 2)
  end, function() return ("%s %s"):format(kind, name) end)
  lab.keep(thing.opaque, ("%s %d %s"):format(kind, thing.base, name))
  self.of[thing.opaque] = thing
  self.list[#self.list + 1] = thing
  return thing.opaque
end

--- The thing that the value stands for; raises for the caller of `call` where it is none.
function things:check(call, value, kind)
  local thing = self.of[value]
  if not thing or kind and thing.kind ~= kind then
    error(("%s: a %s is expected"):format(call, kind or "stage or mark"), 4)
  end
  if self.lab.started then error(("%s stands above the first lab.task"):format(call), 4) end
  return thing
end

--- Adds a rule to a thing: "before", "together" or "bypass".
function things.rule(_, thing, which, rule)
  thing.rules[which] = thing.rules[which] or {}
  table.insert(thing.rules[which], rule)
end

--- The task has done what the lab had it do: it wants in nowhere any more.
function things:ends(number)
  for _, thing in ipairs(self.list) do
    if thing.kind == "stage" then self.lab.board.set(own_cell(thing, number, ARRIVAL), 0) end
  end
end

--- From now on the steps of both are on one value.
function things:join(a, b)
  local old, new = b.value, a.value
  for _, thing in ipairs(self.list) do
    if thing.value == old then thing.value = new end
  end
end

return things
