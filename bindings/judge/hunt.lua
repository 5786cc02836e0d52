--- Hunt: which schedules of a lab are run, such that the answer is the same on every machine.
--
-- The explorer's search (explore/search/search) depends on the order in which its workers come back. Here it is asked
-- for plans ahead, as many on every machine, which run on as many workers as there are; what came of them is told to
-- the search in the order of the plans, and for each that is told it is asked for one more. What the explorer has
-- learnt of objects in earlier schedules depends on when they ended, too: so each step is a choice (plan.everywhere).
local failure = require "explore.schedule.failure"
local search = require "explore.search.search"

local hunt = {}

local AHEAD = 8 -- plans; more are run in vain where the first one fails
local MIXED = 1000 -- schedules of which every second one is random
local LEAST_RANDOM = 100 -- so many, though all that differ have been run: what a world counts no explorer sees
local MOST_STEPS = 3000 -- of a schedule
local LOOK = 0.1 -- seconds
local REPEATED = 100 -- as explore/search/search has it: of these the events are asked for

--- The plan as a lab wants it.
function hunt.plan(plan, lab)
  plan.stop = plan.stop or MOST_STEPS
  plan.everywhere, plan.fair = true, lab.fair
  return plan
end

-- Of a strategy's schedule that passed nobody asks for the events.
local function is_asked_for(plan, run)
  return plan.strategy == "none" or plan.number % REPEATED == 0 or failure.is(run)
end

-- Waits for one worker and keeps what came of its plan; false: interrupted.
local function collect(self)
  local host = self.here.host
  local worker, why = host:wait(LOOK)
  if not worker then return why ~= "interrupted" end
  local row = self.running[worker]
  self.running[worker] = nil
  self.idle[#self.idle + 1] = worker
  row.run = host:account(worker)
  if is_asked_for(row.plan, row.run) then
    row.events = { host:events(worker), host:tasks(worker), host:objects(worker) }
  end
  return true
end

-- Gives the idle workers what is to be run next.
local function start(self)
  for _, row in ipairs(self.ahead) do
    if #self.idle == 0 then return end
    if not row.started then
      local worker = table.remove(self.idle)
      row.started, self.running[worker] = true, row
      self.here.host:start(worker, row.plan)
    end
  end
end

-- Asks the search for plans; whether it has no other one.
local function plan_ahead(self, finder)
  while #self.ahead < AHEAD do
    local plan = finder:next()
    if type(plan) ~= "table" then return plan == "done" end
    self.ahead[#self.ahead + 1] = { plan = hunt.plan(plan, self.here.lab) }
    start(self)
  end
  return false
end

-- The next row in the order of the plans; nil: interrupted.
local function next_row(self)
  while not self.ahead[1].run do
    start(self)
    if not collect(self) then return nil end
  end
  start(self)
  return table.remove(self.ahead, 1)
end

local function tell(finder, row)
  local function events() return table.unpack(row.events or {}, 1, 3) end
  finder:took(row.plan, row.run, events)
  if finder.failure and finder.failure.plan == row.plan then
    finder.failure.events, finder.failure.tasks, finder.failure.objects = events()
  end
end

local function search_on(self, finder, deadline, took, stop)
  while true do
    if stop and stop() then return "interrupted" end
    local done = plan_ahead(self, finder)
    if #self.ahead == 0 and done then return "done" end
    local row = next_row(self)
    if not row then return "interrupted" end
    tell(finder, row)
    if took then took(row) end
    if finder.failure then return "done" end
    if self.here.clock() >= deadline then return "time" end
  end
end

--- Runs schedules until one fails, none is left, or the moment of the deadline is there. `took(row)` is called with
-- each that was looked at, { plan =, run = }; stop(), if it is given, now and then: true ends the search. Returns why
-- it has ended: "done", "time" or "interrupted". Whoever goes on behind a failure begins with what was planned before.
function hunt.run(here, finder, deadline, took, stop)
  local self = { here = here, ahead = finder.ahead or {}, running = {}, idle = {} }
  finder.ahead = self.ahead
  for worker = 1, here.count do self.idle[worker] = worker end
  local why = search_on(self, finder, deadline, took, stop)
  while why ~= "interrupted" and next(self.running) do
    if not collect(self) then return "interrupted" end
  end
  return why
end

-- With a bound on pre-emptions those that differ are not all: half of the runs that the lab asks for have more.
local function least_random(lab)
  return math.max(LEAST_RANDOM, lab.switches and (lab.runs or 0) // 2 or 0)
end

--- The search for a lab.
function hunt.new(lab, options)
  return search.new{
    all = true, seed = options.seed or 1, runs = options.runs, kills = lab.kills or 0, switches = lab.switches,
    mixed = MIXED, fast = true, least_random = least_random(lab),
  }
end

return hunt
