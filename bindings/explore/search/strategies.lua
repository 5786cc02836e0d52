--- Strategies: the random half of the search.
--
-- No strategy finds all. A random walk misses one task of eight that is late; PCT, three tasks in a chain; POS, long
-- runs of one task; and all of them a timeout that is over too early, but for the clock that moves while tasks could
-- run. So they take turns.
local random = require "explore.search.random"

local strategies = {}
strategies.__index = strategies

local TURNS = {
  { strategy = "pos" },
  { strategy = "random" },
  { strategy = "pct", changes = 0 }, -- its d is one more
  { strategy = "pct", changes = 1 },
  { strategy = "pct", changes = 2 },
  { strategy = "pct", changes = 4 },
  { strategy = "starve" },
}

local LOW = { 10, 20, 30 } -- percent of the tasks that STARVE keeps back
local CLOCK = 50 -- the clock moves at one choice in so many
local FAST = { 2, 1, CLOCK, 1 } -- with `fast`: who sleeps, or polls in naps, is faster than the others for long
local FIRST_LENGTH = 50 -- of a schedule, as long as none is known

--- options: seed, delays (whether the clock may move while tasks can run), fast, kills.
function strategies.new(options)
  return setmetatable({
    options = options,
    random = random.new(options.seed),
    turn = 0,
    schedules = 0,
    choices = 0, -- of all schedules so far
  }, strategies)
end

--- What one schedule had: PCT needs to know about how long they are.
function strategies:learn(run)
  self.schedules = self.schedules + 1
  self.choices = self.choices + (run.choices or 0)
end

function strategies:length()
  if self.schedules == 0 then return FIRST_LENGTH end
  return math.max(1, math.ceil(self.choices / self.schedules))
end

-- With `fast`, in every second one, or in each where somebody is known to wait with a deadline.
local function clock_of(self, turn, is_timed)
  if not self.options.fast then return turn % 2 == 1 and CLOCK or nil end
  if is_timed then return FAST[turn % #FAST + 1] end
  return turn % 2 == 1 and FAST[turn // 2 % #FAST + 1] or nil
end

--- The next plan; `calm`: the clock is left alone; `is_timed`: somebody waits who has a deadline.
function strategies:next(calm, is_timed)
  local turn = self.turn
  self.turn = turn + 1
  local row = TURNS[turn % #TURNS + 1]
  local plan = { strategy = row.strategy, seed = self.random:bits(), changes = row.changes }
  if row.strategy == "pct" then plan.length = self:length() end
  if row.strategy == "starve" then plan.low = LOW[turn // #TURNS % #LOW + 1] end
  if self.options.delays and not calm then plan.clock = clock_of(self, turn, is_timed) end
  if turn // 2 % 2 == 1 and self.options.kills > 0 then plan.kills = self.options.kills end
  return plan
end

return strategies
