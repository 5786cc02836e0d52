-- Schedules of a model: a function of a world stands for the script, coroutines for its tasks.
--
--   local run, events, tasks, objects = fake.run(function(world) ... end, { moves = "0*3 1", strategy = "none" })
--
-- It keeps what the real host (explore.host) promises of plans and events, as far as the search needs it: the moves,
-- and the strategies none and random (the others are random here).
local moves = require "explore.schedule.moves"
local schedule = dofile "spec/support/explore/fake_schedule.lua"
local world_of = dofile "spec/support/explore/fake_world.lua"

local fake = {}

local MOST_STEPS = 100000

local function run_schedule(model, plan)
  local self = schedule.new(plan)
  local world = world_of(self)
  self:task("main", function() model(world) end)
  while not self.ending and self.step < MOST_STEPS do self:turn() end
  for _ = self.at, #self.moves do
    self.deviations = self.deviations + 1
    self.first_deviation = self.first_deviation or self.step + 1
  end
  return self
end

local function account_of(self)
  return {
    ending = self.ending or "hangs", message = self.message, ender = self.ender, steps = self.step,
    choices = self.choices, deviations = self.deviations, first_deviation = self.first_deviation,
    outcome = self.outcome, labels = self.labels, notices = {}, hash = moves.text(moves.of_events(self.events)),
    time = self.now, real = 0, wrote_files = false, went_outside = false, lost_events = false,
  }
end

--- Runs a model under one plan; what the account, events, tasks and objects of the real host tell.
function fake.run(model, plan)
  local schedule_run = run_schedule(model, plan or {})
  return account_of(schedule_run), schedule_run.events, schedule_run.tasks, schedule_run.objects
end

return fake
