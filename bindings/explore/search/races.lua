--- Races: which two steps of a schedule could have come in the other order.
--
-- One step happens before another if it is of the same task, or if the two depend on each other and it came first, or
-- by a chain of such.  A race is a pair of dependent steps of two tasks with no such chain between but themselves.  To
-- try all schedules it is enough to turn races around: for a race of i and j, a schedule that has the same beginning,
-- then what does not happen after i, then j (source sets: Abdulla, Aronis, Jonsson, Sagonas 2014).
-- A join that has seen a task's end happens after it, too, though the two are no race.
--
-- Clocks are of vectors: clock[k][task] is the last event of that task that happens before event k, or is k.
local dependence = require "explore.search.dependence"
local moves = require "explore.schedule.moves"

local races = {}

local SLEPT = { ["goes on"] = true, late = true, last = true }

local function join(clock, other)
  for task, index in pairs(other) do
    if index > (clock[task] or 0) then clock[task] = index end
  end
end

-- ---- who was there: the steps so far, by task and object ----

local function is_special(step)
  return step.all or step.ends or step.starts_task or step.about_task
end

local function add_to(lists, key, task, index)
  local by_task = lists[key]
  if not by_task then
    by_task = {}
    lists[key] = by_task
  end
  local list = by_task[task]
  if not list then
    list = {}
    by_task[task] = list
  end
  list[#list + 1] = index
end

local function remember(view, index)
  local step = view.steps[index]
  add_to(view.by_object, "all", step.task, index)
  if step.object then add_to(view.by_object, step.object, step.task, index) end
  if is_special(step) then add_to(view.by_object, "special", step.task, index) end
end

-- The last in the list behind `known` that depends on event j; nil: none.
local function last_dependent(view, list, known, j)
  for n = list and #list or 0, 1, -1 do
    local i = list[n]
    if i <= known then return nil end
    if dependence.of(view.steps[i], view.steps[j]) then return i end
  end
end

-- Of each other task the last step that depends on j, and of which nothing is known by j's clock.
local function dependents(view, clock, j)
  local step, found = view.steps[j], {}
  local keys = is_special(step) and { "all" } or { "special", step.object }
  for _, key in ipairs(keys) do
    for task, list in pairs(view.by_object[key] or {}) do
      local i = task ~= step.task and last_dependent(view, list, clock[task] or 0, j)
      if i and i > (found[task] or 0) then found[task] = i end
    end
  end
  return found
end

-- ---- clocks ----

-- What happened before the clock went on, or a task was killed, happened before all that comes after it.
local function is_barrier(view, j)
  local event, before = view.events[j], view.events[j - 1]
  return before ~= nil and event.time > before.time or event.how == "dies" and event.killed or event.how == "clock"
end

local function clock_before(view, j)
  local event = view.events[j]
  local clock = {}
  join(clock, view.base)
  local last = view.last[event.task]
  if last then join(clock, view.clock[last]) end
  if event.how == "starts" and view.starter[event.task] then join(clock, view.clock[view.starter[event.task]]) end
  local joined = view.steps[j].joins and view.ended[view.steps[j].of_task]
  if joined then join(clock, view.clock[joined]) end
  return clock
end

local function note_end(view, j)
  if view.steps[j].ends then view.ended[view.events[j].task] = j end
end

local function note_start(view, j)
  local event = view.events[j]
  if event.name ~= "PROCESS_START" and event.name ~= "THREAD_START" then return end
  local n = (view.started[event.task] or 0) + 1
  view.started[event.task] = n
  view.starter[(event.task == "0" and "" or event.task .. ".") .. n] = j
end

-- Whether nothing but the two steps orders them.
local function is_race(view, found, clock, task, i)
  for other, k in pairs(found) do
    if other ~= task and (view.clock[k][task] or 0) >= i then return false end
  end
  return (clock[task] or 0) < i
end

local function has(list, path)
  for _, other in ipairs(list or {}) do
    if other == path then return true end
  end
  return false
end

-- The event from which on the task of j could have taken this step, if it had come so far by then.
local function possible_from(view, j)
  local event = view.events[j]
  if not SLEPT[event.how] then return 0 end
  local first = view.last[event.task] or 0
  for m = first + 1, j - 1 do
    if has(view.events[m].could, event.task) then return m end
  end
  return j
end

-- In an order that is the same in each run.
local function add_races(view, found, clock, j)
  local from, list = possible_from(view, j), {}
  for task in pairs(found) do list[#list + 1] = task end
  table.sort(list)
  for _, task in ipairs(list) do
    local i = found[task]
    if i >= from and is_race(view, found, clock, task, i) then view.races[#view.races + 1] = { i, j } end
  end
end

local function step_on(view, j, wanted)
  local event = view.events[j]
  if is_barrier(view, j) then
    for task, index in pairs(view.last) do view.base[task] = index end
  end
  if not moves.STEPS[event.how] then return end
  local clock = clock_before(view, j)
  local found = event.how == "starts" and {} or dependents(view, clock, j)
  if wanted then add_races(view, found, clock, j) end
  for _, i in pairs(found) do join(clock, view.clock[i]) end
  clock[event.task] = j
  view.clock[j] = clock
  view.last[event.task] = j
  remember(view, j)
  note_start(view, j)
  note_end(view, j)
end

-- ---- who would have to come first ----

-- The tasks that can begin what does not happen after i, up to j.
local function initials(view, i, j)
  local task_of_i = view.events[i].task
  local rest, first, list = {}, {}, {}
  for k = i + 1, j do
    local clock = view.clock[k]
    if clock and (k == j or (clock[task_of_i] or 0) < i) then rest[#rest + 1] = k end
  end
  for n, k in ipairs(rest) do
    local task = view.events[k].task
    if not first[task] then
      first[task] = true
      local is_first = true
      for m = 1, n - 1 do
        local e = rest[m]
        if (view.clock[k][view.events[e].task] or 0) >= e then is_first = false break end
      end
      if is_first then list[#list + 1] = task end
    end
  end
  return list
end

--- The races of a trace (events, steps) whose later step is one of the events `first` to `last`: a list of
-- { at = the earlier one, initials = tasks of which one must come there instead }.
function races.find(trace, first, last)
  local view = {
    events = trace.events, steps = trace.steps, clock = {}, last = {}, base = {}, by_object = {}, started = {},
    starter = {}, ended = {}, races = {},
  }
  for j = 1, last do step_on(view, j, j >= first) end
  local list = {}
  for n, race in ipairs(view.races) do
    list[n] = { at = race[1], initials = initials(view, race[1], race[2]) }
  end
  return list
end

return races
