--- Hunt: which schedules of a lab are run, such that the answer is the same on every machine.
--
-- The explorer's search (explore/search) depends on the order in which its workers come back. Here it is asked for a
-- round of plans at a time, as many on every machine; all of them run, on as many workers as there are; and what came
-- of them is told to the search in the order of the plans. What the explorer has learnt of objects in earlier schedules
-- depends on when they ended, too: so each step is a choice (plan.everywhere).
local failure = require "explore.failure"
local search = require "explore.search"

local hunt = {}

local ROUND = 8 -- plans; more are run in vain where the first one fails
local MIXED = 1000 -- schedules of which every second one is random
local LEAST_RANDOM = 100 -- so many, though all that differ have been run: what a world counts no explorer sees
local MOST_STEPS = 3000 -- of a schedule
local LOOK = 0.1 -- seconds
local REPEATED = 100 -- as explore/search has it: of these the events are asked for

hunt.most_steps = MOST_STEPS

--- The plan as a lab wants it.
function hunt.plan(plan, lab)
  plan.stop = plan.stop or MOST_STEPS
  plan.everywhere, plan.fair = true, lab.fair
  return plan
end

local function next_round(finder, lab)
  local round = {}
  while #round < ROUND do
    local plan = finder:next()
    if plan == "done" then return round, true end
    if not plan then break end
    round[#round + 1] = hunt.plan(plan, lab)
  end
  return round, false
end

-- Of a strategy's schedule that passed nobody asks for the events.
local function is_asked_for(plan, run)
  return plan.strategy == "none" or plan.number % REPEATED == 0 or failure.is(run)
end

-- Waits for one worker and keeps what came of its plan; false: interrupted.
local function collect(here, running, idle)
  local worker, why = here.host:wait(LOOK)
  if not worker then return why ~= "interrupted" end
  local each = running[worker]
  running[worker] = nil
  idle[#idle + 1] = worker
  each.run = here.host:account(worker)
  if is_asked_for(each.plan, each.run) then
    each.events = { here.host:events(worker), here.host:tasks(worker), here.host:objects(worker) }
  end
  return true
end

-- Runs all plans of a round; nil: interrupted.
local function run_round(here, round)
  local idle, running, rows, at = {}, {}, {}, 0
  for worker = 1, here.count do idle[worker] = worker end
  while at < #round or next(running) do
    while #idle > 0 and at < #round do
      at = at + 1
      local worker = table.remove(idle)
      rows[at] = { plan = round[at] }
      running[worker] = rows[at]
      here.host:start(worker, round[at])
    end
    if not collect(here, running, idle) then return nil end
  end
  return rows
end

local function tell(finder, row)
  local function events() return table.unpack(row.events or {}, 1, 3) end
  finder:took(row.plan, row.run, events)
  if finder.failure and finder.failure.plan == row.plan then
    finder.failure.events, finder.failure.tasks, finder.failure.objects = events()
  end
end

-- Looks at what came of a round, in the order of the plans, up to the first failure; the rest is kept: whoever goes on
-- behind the failure begins with it.
local function look_at(finder, rows, took)
  finder.rest = nil
  for i, row in ipairs(rows) do
    tell(finder, row)
    if took then took(row) end
    if finder.failure then
      finder.rest = table.move(rows, i + 1, #rows, 1, {})
      return
    end
  end
end

--- Runs schedules until one fails, none is left, or the moment of the deadline is there. `took(row)` is called with
-- each that was looked at, { plan =, run = }; stop(), if it is given, now and then: true ends the search. Returns why
-- it has ended: "done", "time" or "interrupted".
function hunt.run(here, finder, deadline, took, stop)
  while true do
    if stop and stop() then return "interrupted" end
    look_at(finder, finder.rest or {}, took)
    if finder.failure then return "done" end
    local round, done = next_round(finder, here.lab)
    if #round == 0 and done then return "done" end
    local rows = run_round(here, round)
    if not rows then return "interrupted" end
    look_at(finder, rows, took)
    if finder.failure then return "done" end
    if done then return "done" end
    if here.clock() >= deadline then return "time" end
  end
end

--- The search for a lab.
function hunt.new(lab, options)
  return search.new{
    all = true, seed = options.seed or 1, runs = options.runs, kills = lab.kills or 0, switches = lab.switches,
    mixed = MIXED, fast = true, least_random = LEAST_RANDOM,
  }
end

return hunt
