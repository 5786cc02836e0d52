--- Search: which schedules are run, and in which order.
--
-- Schedule 1 is the one without pre-emption, the tasks in order.  Then, by turns, up to schedule 400:
--   depth first  all schedules that differ from it by one choice, and by two (explore/search/depth_first)
--   strategies   random ones (explore/search/strategies)
-- Where depth first has no more within its bound, it begins anew without one, which tries small programs as a whole;
-- and after that random ones alone, until the number of runs or the time is over.  With --all, depth first has no
-- bound, and goes on alone after schedule 400 until there is no other one.
--
-- The search knows no host: it yields plans and is told what came of them, in whichever order.
local depth_first = require "explore.search.depth_first"
local failure = require "explore.schedule.failure"
local findings = require "explore.search.findings"
local strategies = require "explore.search.strategies"

local search = {}
search.__index = search

local MIXED = 400 -- schedules in which both halves have their turn
local CALM = 20 -- the first so many in which the clock moves only if no task can run
local BOUND = 2 -- on the delays of depth first
local MOST_REFUSED = 20 -- times that a failure is shrunk in vain, with --switches
local REPEATED = 100 -- one in so many is run twice

local function new_depth_first(options, bound)
  return depth_first.new{
    seed = options.seed, bound = bound, switches = options.switches, delays = not options.no_delays,
    kills = options.kills or 0, any = options.fast,
  }
end

--- options: seed, runs (nil: no limit), all, kills, no_delays, switches, as of the command line; with `all` also mixed
--- (up to which schedule every second one is random), fast (of strategies) and least_random (how many are, though none
--- is left that differs).
function search.new(options)
  local delays = not options.no_delays
  return setmetatable({
    options = options,
    findings = findings.new(),
    strategies = strategies.new{
      seed = options.seed, delays = delays, fast = options.fast, kills = options.kills or 0,
    },
    depth_first = new_depth_first(options, not options.all and BOUND or nil),
    bounded = not options.all,
    started = 0, -- schedules that were given away
    randoms = 0, -- those of strategies, with --all
    taken = 0, -- and those of which it is known what came
    running = {}, -- [plan] = the branch of depth first, or true
    repeats = {}, -- plans to be run twice
  }, search)
end

-- A repeat takes all choices from the moves, so that it does not matter what was learnt meanwhile of the objects.
local function next_repeat(self)
  local plan = table.remove(self.repeats)
  if plan then self.running[plan] = true end
  return plan
end

local function give(self, plan, branch)
  self.started = self.started + 1
  plan.number = self.started
  self.running[plan] = branch or true
  return plan
end

local function next_branch(self)
  local branch = self.depth_first:next(self.started + 1 <= CALM)
  if not branch then return nil end
  branch.search = self.depth_first
  return give(self, self.depth_first:plan(branch), branch)
end

local function is_waiting(self)
  return next(self.running) ~= nil
end

local function has_branches(self)
  for _, branch in pairs(self.running) do
    if branch ~= true then return true end
  end
  return false
end

local function next_random(self)
  self.randoms = self.randoms + 1
  return give(self, self.strategies:next(self.started + 1 <= CALM, self.depth_first.is_timed))
end

-- Nothing is known before schedule 1 has run: where it fails no other is needed.
local function next_of_all(self)
  local started, options = self.started, self.options
  if started % 2 == 1 and started < (options.mixed or MIXED) and not self.depth_first:is_over() then
    if self.taken == 0 then return nil end
    return next_random(self)
  end
  local plan = next_branch(self)
  if plan then return plan end
  if is_waiting(self) then return nil end
  self.exhausted = true
  if self.randoms < (options.least_random or 0) then return next_random(self) end
  return "done"
end

local function next_of_mix(self)
  if self.started > 0 and self.taken == 0 then return nil end
  if self.started < MIXED and self.started % 2 == 0 then
    local plan = next_branch(self)
    if not plan and self.bounded and not has_branches(self) then
      self.depth_first, self.bounded = new_depth_first(self.options), false
      plan = next_branch(self)
    end
    if plan then return plan end
  end
  if self.started == MIXED then self.depth_first:forget() end
  return give(self, self.strategies:next(self.started + 1 <= CALM))
end

--- The plan of the next schedule; nil: it depends on those that are still running; "done".
function search:next()
  if self.failure or self.stopped then return "done" end
  local again = next_repeat(self)
  if again then return again end
  if self.options.runs and self.started >= self.options.runs then
    return is_waiting(self) and nil or "done"
  end
  if self.options.all then return next_of_all(self) end
  return next_of_mix(self)
end

local function repeat_of(number, events)
  local plan = search.exact(events)
  plan.repeats = { number = number, events = events }
  return plan
end

-- Whether this failure is one to report: with --switches N it depends on what is left of it when it is shrunk, which
-- only whoever shrinks it knows, and tells by search:refuse.
local function fails(self, plan, run)
  if not failure.is(run) then return false end
  if self.keys and (self.keys[failure.key(run)] or 0) >= MOST_REFUSED then
    self.refused = self.refused + 1
    return false
  end
  self.failure = { plan = plan, run = run, number = plan.number }
  return true
end

--- What came of a plan; `events()` returns its events, tasks and objects, and is called where they are needed only.
function search:took(plan, run, events)
  local branch = self.running[plan]
  self.running[plan] = nil
  if plan.repeats then return self.findings:compare(plan, (events())) end
  self.taken = self.taken + 1
  if branch ~= true then
    self.depth_first:took(branch, run, events())
  else
    self.strategies:learn(run)
  end
  self.findings:add(plan, run, events)
  if self.failure or fails(self, plan, run) then return end
  if plan.number % REPEATED == 0 then self.repeats[#self.repeats + 1] = repeat_of(plan.number, (events())) end
end

-- How often a failure of this key was refused; it is one more.
local function count_refused(self, key)
  self.keys = self.keys or {}
  self.keys[key] = (self.keys[key] or 0) + 1
end

--- The failure is none that was asked for: go on.
function search:refuse()
  count_refused(self, failure.key(self.failure.run))
  self.failure = nil
  self.refused = (self.refused or 0) + 1
end

--- No other schedule is to be given away.
function search:stop()
  self.stopped = true
end

--- A plan that makes the same events happen, whatever was learnt of the objects by then.
function search.exact(events)
  local moves = require "explore.schedule.moves"
  return { moves = moves.text(moves.of_events(events), " "), strategy = "none", everywhere = true }
end

return search
