--- Shrink: a schedule that fails in the same way, and is as short as can be.
--
-- A schedule is read as blocks: a task, and how many steps it takes.  Blocks are dropped, joined, and moved by a
-- step; what comes of it is run, and kept where it fails in the same way and costs less (explore/schedule/cost).  A
-- move that cannot be made is left out by the host, and behind the last one no task is pre-empted: so nearly every
-- attempt is one.
local cost = require "explore.schedule.cost"
local failure = require "explore.schedule.failure"
local livelock = require "explore.search.livelock"
local moves = require "explore.schedule.moves"

local shrink = {}

local MOST_RUNS, SECONDS = 300, 2
-- So many runs are made though the machine is busy, so that the same comes of it: for LONGER times the seconds at most.
local LEAST_RUNS, LONGER = 100, 5

-- ---- blocks ----

-- Lists of { move, count }.
local function blocks_of(list)
  local blocks = {}
  for _, move in ipairs(list) do
    local last = blocks[#blocks]
    if last and last[1] == move and move:find "^%d" then
      last[2] = last[2] + 1
    else
      blocks[#blocks + 1] = { move, 1 }
    end
  end
  return blocks
end

local function list_of(blocks)
  local list = {}
  for _, block in ipairs(blocks) do
    for _ = 1, block[2] do list[#list + 1] = block[1] end
  end
  return list
end

local function copy(blocks)
  local other = {}
  for i, block in ipairs(blocks) do other[i] = { block[1], block[2] } end
  return other
end

local function without(blocks, first, last)
  local other = {}
  for i, block in ipairs(blocks) do
    if i < first or i > last then other[#other + 1] = { block[1], block[2] } end
  end
  return other
end

-- The next block of the same task behind `at`.
local function next_of_task(blocks, at)
  for i = at + 1, #blocks do
    if blocks[i][1] == blocks[at][1] then return i end
  end
end

-- ---- attempts ----

local attempt = {}
attempt.__index = attempt

local function is_over(self)
  local seconds = self.clock() - self.began
  return self.interrupted or self.runs >= self.most_runs or seconds >= self.seconds * LONGER
    or seconds >= self.seconds and self.runs >= LEAST_RUNS
end

local function try_run(self, list)
  local plan = { moves = moves.text(list, " "), strategy = "none", everywhere = true }
  self.runs = self.runs + 1
  local run, events = self.execute(plan)
  if not run then
    self.interrupted = true
    return nil
  end
  return run, events
end

-- Runs the list of moves; true: it is better, and now the best.
local function try(self, list)
  local text = moves.text(list, " ")
  if self.tried[text] or is_over(self) then return false end
  self.tried[text] = true
  local run, events = try_run(self, list)
  if not run then return false end
  if run.ending == "passed" then self.passing[#self.passing + 1] = list end
  if self.key_of(run) ~= self.key then return false end
  events = livelock.way(run, events())
  local price = cost.of(events)
  if self.best and not cost.less(price, self.best.cost) then return false end
  local exact = moves.of_events(events)
  self.tried[moves.text(exact, " ")] = true
  self.best = { moves = exact, cost = price, run = run, events = events }
  return true
end

local function try_blocks(self, blocks)
  return try(self, list_of(blocks))
end

-- ---- passes: each returns whether it has found a better one ----

-- Nothing but the first part of it, by halves.
local function cut(self)
  local list = self.best.moves
  local low, high = 0, #list
  local found = false
  while low < high do
    local middle = (low + high) // 2
    local better = try(self, table.move(list, 1, middle, 1, {}))
    if better then return true end
    if is_over(self) then return found end
    low = middle + 1
  end
  return found
end

-- Many blocks at once, then fewer.
local function drop(self)
  local blocks = blocks_of(self.best.moves)
  local size = math.max(1, #blocks // 2)
  while size >= 1 do
    local i = 1
    while i <= #blocks do
      if is_over(self) then return false end
      if try_blocks(self, without(blocks, i, i + size - 1)) then return true end
      i = i + size
    end
    size = size // 2
  end
  return false
end

-- A task goes on until it has done what it did in its next block: one switch less; or it comes later, all at once.
local function join(self)
  local blocks = blocks_of(self.best.moves)
  for i = 1, #blocks do
    local j = next_of_task(blocks, i)
    if j then
      local early, late = copy(blocks), copy(blocks)
      early[i][2] = early[i][2] + early[j][2]
      late[j][2] = late[j][2] + late[i][2]
      if try_blocks(self, without(early, j, j)) or try_blocks(self, without(late, i, i)) then return true end
    end
    if is_over(self) then return false end
  end
  return false
end

-- Two neighbours change places.
local function swap(self)
  local blocks = blocks_of(self.best.moves)
  for i = 1, #blocks - 1 do
    local other = copy(blocks)
    other[i], other[i + 1] = other[i + 1], other[i]
    if try_blocks(self, other) then return true end
    if is_over(self) then return false end
  end
  return false
end

-- A pre-emption comes a step earlier, or later.
local function shift(self)
  local blocks = blocks_of(self.best.moves)
  for i = 1, #blocks do
    local j = next_of_task(blocks, i)
    if j then
      for _, by in ipairs{ 1, -1 } do
        local other = copy(blocks)
        other[i][2], other[j][2] = other[i][2] + by, other[j][2] - by
        if other[i][2] > 0 and other[j][2] >= 0 and try_blocks(self, other) then return true end
      end
    end
    if is_over(self) then return false end
  end
  return false
end

-- No longer than needed: cut behind the last pre-emption, where the rest comes by itself.
local PASSES = { cut, drop, join, swap, shift }

local function improve(self)
  for _, pass in ipairs(PASSES) do
    if pass(self) then return true end
  end
  return false
end

-- ---- the code ----

local function same_moves(run, events, list)
  events = livelock.way(run, events)
  if #events ~= #list then return false end
  for i, event in ipairs(events) do
    if moves.of_event(event) ~= list[i] then return false end
  end
  return true
end

-- Whether the first `length` moves alone give all of them: `none` does the rest.
local function is_enough(self, length)
  local run, events = try_run(self, table.move(self.best.moves, 1, length, 1, {}))
  return run ~= nil and self.key_of(run) == self.key and (run.deviations or 0) == 0
    and same_moves(run, events(), self.best.moves)
end

-- The shortest beginning of the schedule that is enough.
local function shorten(self)
  local low, high = 0, #self.best.moves
  while low < high do
    local middle = (low + high) // 2
    if is_enough(self, middle) then high = middle else low = middle + 1 end
    if self.interrupted then break end
  end
  return table.move(self.best.moves, 1, high, 1, {})
end

-- The schedule that passes and has most in common with the best one: its moves.
local function near(self)
  local best, most = nil, -1
  for _, list in ipairs(self.passing) do
    local same = 0
    while list[same + 1] and list[same + 1] == self.best.moves[same + 1] do same = same + 1 end
    if same > most then best, most = list, same end
  end
  return best
end

-- Two runs of the best, which agree.
local function confirm(self)
  local run, events = try_run(self, self.best.moves)
  return run ~= nil and self.key_of(run) == self.key and (run.deviations or 0) == 0
    and same_moves(run, events(), self.best.moves)
end

-- That tasks take turns in a livelock costs nothing: it counts what leads there.
local function price_of(best, short)
  if best.run.ending ~= "livelock" then return best.cost end
  return cost.of(table.move(best.events, 1, #short, 1, {}))
end

--- Shrinks the schedule of a failing run.
-- found: run, events. execute(plan) runs a plan: run, and a function that returns its events; nil: interrupted.
-- clock(): seconds. limits (optional): runs, seconds, key_of (a function
-- of a run: equal for those that are the same).
-- Returns { run, events, moves (all), short (those needed), cost, runs, exact, passing (the moves of a schedule
-- that passes, and is near; or nil) }; `exact` is false where the schedule did not fail again.
function shrink.run(found, execute, clock, limits)
  limits = limits or {}
  local events = livelock.way(found.run, found.events)
  local self = setmetatable({
    execute = execute, clock = clock, runs = 0, tried = {}, passing = {},
    key_of = limits.key_of or failure.key, key = (limits.key_of or failure.key)(found.run),
    most_runs = limits.runs or MOST_RUNS, seconds = limits.seconds or SECONDS, began = clock(),
    best = { moves = moves.of_events(events), cost = cost.of(events), run = found.run, events = events },
  }, attempt)
  local original = self.best
  while not is_over(self) and improve(self) do end
  local exact = confirm(self)
  if not exact and self.best ~= original and not self.interrupted then
    self.best = original
    exact = confirm(self)
  end
  local best = self.best
  local short = exact and shorten(self) or best.moves
  return {
    run = best.run, events = best.events, moves = best.moves, cost = price_of(best, short), exact = exact,
    short = short, runs = self.runs, passing = near(self), interrupted = self.interrupted,
  }
end

return shrink
