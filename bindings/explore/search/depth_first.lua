--- Depth first: from one schedule to all that differ from it.
--
-- The explorer cannot stop at a choice and look around; it runs whole schedules.  So a schedule that was run is read
-- as a path in a tree: a node before each event, and at each node the moves that could have come instead.  Such a
-- branch is run later: the moves up to the node, the other move, and then no pre-emption ("none").
--
-- Two things keep the tree small:
-- * Delays (Emmi, Qadeer, Rakamaric 2011): a move costs as many delays as tasks are passed over, in the order of
--   creation, from the one that would have come. Schedules with fewer delays are run first; each is run once.
-- * Sleep sets (Godefroid 1996): where both orders of a and b are tried at a node, and b is independent of what was
--   done there first, then behind that b need not be tried again: it sleeps, until a step comes that depends on it.
-- Without a bound on the delays every order of dependent steps is run, and to find them it is enough to turn races
-- around (explore/search/races): not every task that could have come is tried then.
local dependence = require "explore.search.dependence"
local moves = require "explore.schedule.moves"
local races = require "explore.search.races"
local random = require "explore.search.random"
local view = require "explore.search.trace_view"

local depth_first = {}
depth_first.__index = depth_first

local MOST_WAITING = 50000 -- branches of one cost, where there is a bound
local MOST_ANSWERS = 64 -- of an ipc.choose that are offered at once

--- options: seed; any (which branch is next); bound (on delays; nil: none); switches (bound on pre-emptions; nil);
-- delays (whether the clock may move while tasks can run); kills (how many tasks may be killed).
function depth_first.new(options)
  return setmetatable({
    options = options,
    -- With a bound on pre-emptions a schedule may be the only one of its kind that is not too dear: no other stands
    -- for it.
    reduces = options.bound ~= nil or not options.switches,
    turns_races = not options.bound and not options.switches,
    random = random.new(options.seed),
    waiting = {}, -- [cost] = list of branches
    calm = {}, -- the same, of those in which the clock moves
    count = 0, -- of both
    timeless = {}, -- lines of script where whoever waits has no deadline
    explored = 0, -- schedules that are complete, and differ
    root = { sleep = {}, done = {}, tried = {}, cost = 0, switches = 0, kills = 0, depth = 0 },
    begun = false,
    is_timed = false, -- whether somebody waits who has a deadline
  }, depth_first)
end

-- ---- which is next ----

local function add(self, branch)
  local lists = branch.move == "t" and self.calm or self.waiting
  local list = lists[branch.cost]
  if not list then
    list = {}
    lists[branch.cost] = list
  end
  if self.forgotten or self.options.bound and #list >= MOST_WAITING then return end
  list[#list + 1] = branch
  self.count = self.count + 1
end

-- With a bound, any: so that the first few hundred of many are not all alike. Without, the last: the fewest wait; but
-- any where no more than a few thousand will come.
local function take(self, list)
  if not list or #list == 0 then return nil end
  local at = (self.options.bound or self.options.any) and self.random:below(#list) or #list
  local branch = list[at]
  list[at] = list[#list]
  list[#list] = nil
  self.count = self.count - 1
  return branch
end

-- Where any may come, those in which the clock moves have every second turn: who naps is caught by them, if at all.
local function take_any(self, calm)
  local waiting, clock = self.waiting[0], self.calm[0]
  self.clock_is_next = self.options.any and not calm and not self.clock_is_next
  if self.clock_is_next then waiting, clock = clock, waiting end
  return take(self, waiting) or take(self, clock)
end

local function take_cheapest(self, calm)
  if not self.options.bound then return take_any(self, calm) end
  for cost = 0, self.options.bound do
    local clock = not calm and self.calm[cost]
    local list = self.waiting[cost]
    if clock and (not list or self.random:below(#list + #clock + 1) > #list) then
      list = #clock > 0 and clock or list
    end
    local branch = take(self, list)
    if branch then return branch end
  end
  return nil
end

-- Those that were tried here before, and those that slept before them, sleep when this one is run.
local function fall_asleep(branch)
  local node, sleep = branch.node, {}
  for task, step in pairs(node.sleep) do sleep[task] = step end
  for task in pairs(node.done) do sleep[task] = node.next and node.next[task] or nil end
  branch.sleep = sleep
  if branch.task then node.done[branch.task] = true end
end

-- What was learnt since it was offered: that it sleeps, or that nobody waits there who has a deadline.
local function is_in_vain(self, branch)
  if branch.node.sleep[branch.task] then return true end
  for _, site in ipairs(branch.sites or {}) do
    if not self.timeless[site] then return false end
  end
  return branch.sites ~= nil
end

--- Whether no branch waits: none will come, unless of those that are running.
function depth_first:is_over()
  return self.begun and self.count == 0
end

--- No more branches are wanted.
function depth_first:forget()
  self.waiting, self.calm, self.count, self.forgotten = {}, {}, 0, true
end

--- The plan that runs a branch.
function depth_first:plan(branch)
  local list, node = {}, branch.node
  list[1] = branch.move
  while node.parent do
    list[#list + 1] = node.move
    node = node.parent
  end
  for i = 1, #list // 2 do list[i], list[#list + 1 - i] = list[#list + 1 - i], list[i] end
  return { moves = moves.text(list, " "), strategy = "none", everywhere = not self.options.bound }
end

-- ---- what a schedule tells ----

-- Keeps a branch if it is not too dear.
local function offer(self, branch)
  local options = self.options
  if options.bound and branch.cost > options.bound then return end
  if options.switches and branch.switches > options.switches then return end
  if not options.bound then branch.cost = 0 end
  add(self, branch)
end

local function offer_steps(self, trace, node, event)
  for _, path in ipairs(event.could) do
    if path ~= event.task and not node.sleep[path] then
      offer(self, {
        node = node, move = path, task = path, kills = node.kills,
        cost = node.cost + view.distance(trace, event.could, event.task, path),
        switches = node.switches + (view.is_switch(trace, event, path) and 1 or 0),
      })
    end
  end
end

local function offer_step(self, node, path)
  node.tried[path] = true
  offer(self, { node = node, move = path, task = path, kills = node.kills, cost = 0, switches = 0 })
end

-- Whether one of them is tried there, or need not be.
local function is_tried(node, list)
  for _, path in ipairs(list) do
    if node.tried[path] or node.sleep[path] then return true end
  end
  return false
end

-- One of those who can begin; where none could run there (who is put last is out of it for a while), all.
local function offer_turned(self, node, could, list)
  if is_tried(node, list) then return end
  for _, path in ipairs(list) do
    if view.has(could, path) then return offer_step(self, node, path) end
  end
  for _, path in ipairs(could) do
    if not node.tried[path] and not node.sleep[path] then offer_step(self, node, path) end
  end
end

-- Those of the races of which the second step is one of the events `first` to `last`.
local function offer_races(self, trace, path, first, last)
  for _, race in ipairs(races.find(trace, first, last)) do
    local could = trace.events[race.at].could
    if could then offer_turned(self, path[race.at], could, race.initials) end
  end
end

-- The clock, where somebody waits who may have a deadline that is still to come.
local function offer_clock(self, trace, node, event)
  if not self.options.delays then return end
  local sites = {}
  for path, site in pairs(trace.asleep) do
    local can_run = path == event.task or event.could and view.has(event.could, path)
    if not can_run and not self.timeless[site] then sites[#sites + 1] = site end
  end
  if #sites == 0 then return end
  self.is_timed = true
  offer(self, {
    node = node, move = "t", cost = node.cost + 1, switches = node.switches, kills = node.kills, sites = sites,
  })
end

local function offer_kills(self, trace, node)
  if node.kills >= self.options.kills then return end
  local list = {}
  for path in pairs(trace.alive) do
    if path ~= "0" then list[#list + 1] = path end
  end
  table.sort(list) -- so that the search is the same in each run
  for _, path in ipairs(list) do
    offer(self, {
      node = node, move = "k" .. path, cost = node.cost + 1, switches = node.switches, kills = node.kills + 1,
    })
  end
end

-- The answers of ipc.choose from `answer` on, one after the other: there may be millions.
local function offer_rest(self, node, event, answer)
  if answer == event.answer then answer = answer + 1 end
  if answer > event.of then return end
  offer(self, {
    node = node, move = "=" .. math.tointeger(answer), cost = node.cost + 1, switches = node.switches,
    kills = node.kills, asked = event, answer = answer,
  })
end

-- Who is woken, and what ipc.choose answers: any, each one delay.
local function offer_answers(self, node, event)
  local list = {}
  if event.how == "wakes" then
    for _, path in ipairs(event.could or {}) do
      if path ~= event.woken then list[#list + 1] = "w" .. path end
    end
  else
    for answer = 1, math.min(event.of, MOST_ANSWERS) do
      if answer ~= event.answer then list[#list + 1] = "=" .. math.tointeger(answer) end
    end
  end
  for _, move in ipairs(list) do
    offer(self, { node = node, move = move, cost = node.cost + 1, switches = node.switches, kills = node.kills })
  end
  if event.how == "answer" then offer_rest(self, node, event, MOST_ANSWERS + 1) end
end

--- The next branch to run, or nil; `calm`: the clock is left alone.
function depth_first:next(calm)
  if not self.begun then
    self.begun = true
    return { node = self.root, sleep = {}, cost = 0, switches = 0, kills = 0, is_first = true }
  end
  local branch = take_cheapest(self, calm)
  while branch and is_in_vain(self, branch) do branch = take_cheapest(self, calm) end
  if not branch then return nil end
  if branch.asked then offer_rest(self, branch.node, branch.asked, branch.answer + 1) end
  branch.sleep = {}
  if self.reduces then fall_asleep(branch) end
  return branch
end

-- All that could have come instead of event i, which was reached by no pre-emption.
local function offer_all(self, trace, node, i)
  local event = trace.events[i]
  if event.how == "wakes" or event.how == "answer" then return offer_answers(self, node, event) end
  local bound = self.options.bound
  local matters = event.could and (event.chosen or not bound)
  if matters then
    node.next = view.next_steps(trace, event)
    node.done[event.task] = true
    if self.turns_races then
      node.tried = { [event.task] = true }
    else
      offer_steps(self, trace, node, event)
    end
  end
  if matters or not bound then
    offer_clock(self, trace, node, event)
    if not bound or i <= (trace.kills_to or 0) then offer_kills(self, trace, node) end
  end
end

-- Behind the step those sleep on that are independent of it.
local function awaken(sleep, step, event)
  if not moves.STEPS[event.how] and event.how ~= "clock" then return sleep end
  local left = {}
  for task, other in pairs(sleep) do
    if not dependence.of(other, step) then left[task] = other end
  end
  return left
end

local function child_of(branch, node, trace, i)
  local event = trace.events[i]
  return {
    parent = node, move = moves.of_event(event), depth = node.depth + 1, done = {}, tried = {},
    sleep = awaken(branch.sleep, trace.steps[i], event),
    cost = branch.cost, switches = branch.switches, kills = branch.kills,
  }
end

-- Who came there sleeps, but this one does not, if there is one.
local function offer_awake(self, node, event)
  for _, path in ipairs(event.could or {}) do
    if not node.sleep[path] then return offer_step(self, node, path) end
  end
end

-- Makes the nodes of what is new in the trace, and keeps them in `path`; the last event of it that counts, and whether
-- it is complete: else all was asleep from there on, and it is none of its own.
local function grow(self, trace, branch, path)
  local node, first = branch.node, branch.node.depth + 1
  if not branch.is_first then
    path[first] = node
    view.pass(trace, first)
    node = child_of(branch, node, trace, first)
    first = first + 1
  end
  for i = first, #trace.events do
    path[i] = node
    offer_all(self, trace, node, i)
    local event = trace.events[i]
    if self.reduces and moves.STEPS[event.how] and node.sleep[event.task] then
      if self.turns_races then offer_awake(self, node, event) end
      return i - 1, false
    end
    view.pass(trace, i)
    node = child_of(node, node, trace, i)
  end
  return #trace.events, true
end

-- The nodes before each event, up to that of the branch.
local function path_to(node)
  local path = {}
  while node do
    path[node.depth + 1] = node
    node = node.parent
  end
  return path
end

-- The branch could not be run: a clock without deadlines, the kill of a task that had ended.
local function is_impossible(branch, run, events)
  if branch.is_first then return false end
  local event = events[branch.node.depth + 1]
  return (run.deviations or 0) > 0 or not event or moves.of_event(event) ~= branch.move
end

--- What came of a branch; false: it was not possible, and ran as another.
function depth_first:took(branch, run, events, tasks, objects)
  if is_impossible(branch, run, events) then
    for _, site in ipairs(branch.sites or {}) do self.timeless[site] = true end
    return false
  end
  local trace = view.of(events, tasks, objects)
  if branch.is_first then trace.kills_to = #events end
  view.skip(trace, branch.node.depth)
  local path = self.turns_races and path_to(branch.node) or {}
  local last, complete = grow(self, trace, branch, path)
  if self.turns_races then offer_races(self, trace, path, branch.node.depth + 1, last) end
  if complete then self.explored = self.explored + 1 end
  return true
end

return depth_first
