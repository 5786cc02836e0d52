--- Stepper: a lab's schedule, chosen step by step: the learner is the scheduler. For break labs, whose code is given,
-- and for the failing schedule of any other.
--
--   local stepper = require "judge.stepper".open(lab, path, options)
--
-- path: the student's file; nil: the lab's own code (lab.directory/code.lua, of a break lab). options: seed.
-- Each step is a run of the whole schedule: the moves so far, and then whoever comes by itself; so undo is a shorter
-- one. What no learner is to choose takes place at once: the main task's steps, and that tasks begin and end.
--
-- A break lab is won where the schedule ends as the lab wants (`goal` in lab.lua): by the rejection of that property,
-- by lab.goal, or, if it is "deadlock", as all wait for ever.
local findings = require "judge.findings"
local hunt = require "judge.hunt"
local moves = require "explore.schedule.moves"
local sentence = require "judge.sentence"
local session = require "explore.session"
local source = require "explore.story.source"
local story_of = require "explore.story.story"
local words = require "judge.words"

local stepper = {}
stepper.__index = stepper

local WORLD, PATIENCE, MAIN = "=judge.world", 5, "0"

-- ---- runs ----

-- The first event behind the k-th that is a task's step.
local function next_step(self, k)
  for i = k + 1, #self.whole.events do
    if moves.STEPS[self.whole.events[i].how] then return self.whole.events[i], i end
  end
end

-- What is chosen in the step, and not before the next one, belongs to it.
local function past_choices(self, k)
  local events = self.whole.events
  while events[k + 1] and (events[k + 1].how == "wakes" or events[k + 1].how == "answer") do k = k + 1 end
  return k
end

-- Runs the moves; the first `count` of what comes are those that have been taken.
local function run(self, list, count)
  local plan = { moves = moves.text(list, " "), strategy = "none", tells = true }
  self.whole = self.here:whole(hunt.plan(plan, self.lab))
  if not self.whole then error({ wrong = "interrupted" }, 0) end
  self.whole.plan = plan
  self.at = past_choices(self, count)
  self.story = story_of.of(self.whole, source.new(self.path))
  self.steps_by_event = {}
  for _, step in ipairs(self.story.steps) do self.steps_by_event[step.step] = step end
end

local function candidates(event)
  return event and (event.could or { event.task }) or {}
end

-- The task's next step behind the k-th event.
local function next_of(self, path, k)
  for i = k + 1, #self.whole.events do
    local event = self.whole.events[i]
    if event.task == path and moves.STEPS[event.how] then return event end
  end
end

local function is_house(event)
  return event ~= nil and (event.how == "starts" or event.name == "END")
end

-- A task that goes on without being chosen; nil: the learner is to say who.
local function automatic(self)
  local event = next_step(self, self.at)
  if not event then return nil end
  local list = candidates(event)
  for _, path in ipairs(list) do
    if path == MAIN or is_house(next_of(self, path, self.at)) then return path end
  end
end

local function take(self, path)
  local list = moves.of_events(self.whole.events, self.at)
  local event, i = next_step(self, self.at)
  if event.task == path then
    -- it comes by itself: no other run is needed
    self.at = past_choices(self, i)
    return
  end
  list[#list + 1] = path
  run(self, list, #list)
end

local function go_on(self)
  local path = automatic(self)
  while path do
    take(self, path)
    path = automatic(self)
  end
end

-- ---- what is there ----

local function is_over(self)
  return next_step(self, self.at) == nil
end

-- The words of what a task is about to do.
local function about(self, event)
  local step = event and self.steps_by_event[event.step]
  if not step then return "" end
  local copy = {}
  for key, value in pairs(step) do copy[key] = value end
  copy.result, copy.state, copy.waits, copy.opening = nil, nil, false, copy
  return words.of(copy, self.story.names)
end

local function has(list, path)
  for _, each in ipairs(list) do
    if each == path then return true end
  end
  return false
end

--- The tasks but for the main one, in order: { path, name, can = whether it can go on, over = whether it has ended,
-- line, text = what it is about to do, or in what it waits }.
function stepper:tasks()
  local list, could = {}, candidates(next_step(self, self.at))
  for _, task in ipairs(self.story.tasks) do
    if task.path ~= MAIN then
      local last = nil
      for i = 1, self.at do
        local event = self.whole.events[i]
        if event.task == task.path and moves.STEPS[event.how] then last = event end
      end
      local can, event = has(could, task.path), next_of(self, task.path, self.at)
      local row = { path = task.path, name = self.story.names:task(task.path), can = can }
      row.over = last ~= nil and (last.name == "END" or last.how == "dies")
      if can then row.line, row.text = event and event.line, about(self, event)
      elseif last and not row.over then row.line, row.text = last.line, about(self, last) end
      list[#list + 1] = row
    end
  end
  return list
end

--- The steps so far that are told: { step, task = name, path, line, text }.
function stepper:steps()
  local list = {}
  for i = 1, self.at do
    local event = self.whole.events[i]
    local step = moves.STEPS[event.how] and self.steps_by_event[event.step]
    if step and not is_house(event) and (event.task ~= MAIN or words.is_of_lab(step)) then
      list[#list + 1] = {
        step = step.step, task = self.story.names:task(step.task), path = step.task, line = step.line,
        text = words.of(step, self.story.names),
      }
    end
  end
  return list
end

-- Of the stages who is inside, and how often the marks were passed, by name: their values count steps.
local function things_of(self)
  local lists, passed = {}, {}
  for _, step in ipairs(self.story.steps) do
    local verb, name = words.act(step)
    if verb == "passes" then passed[name] = 0 elseif verb and verb ~= "looks at" then lists[name] = {} end
  end
  for i = 1, self.at do
    local event = self.whole.events[i]
    local step = moves.STEPS[event.how] and self.steps_by_event[event.step]
    local verb, name = nil, nil
    if step then verb, name = words.act(step) end
    if verb == "passes" then
      passed[name] = passed[name] + 1
    elseif verb == "enters" or verb == "leaves" then
      lists[name][step.task] = verb == "enters" or nil
    end
  end
  for name, tasks in pairs(lists) do
    local inside = {}
    for task in pairs(tasks) do inside[#inside + 1] = self.story.names:task(task) end
    table.sort(inside)
    passed[name] = inside[1] and table.concat(inside, ", ") or "nobody"
  end
  return passed
end

--- What there is of objects at this point, a line each, `till: 500`; empty where the schedule is over.
function stepper:state()
  local event = next_step(self, self.at)
  if not event or is_over(self) then return {} end
  local plan = { moves = self.whole.plan.moves, strategy = "none", tells = true, stop = event.step }
  local host, lines = self.here.host, {}
  host:start(1, hunt.plan(plan, self.lab), { talks = true })
  host:wait()
  if not host:stands(1) then return lines end
  local answer, things = host:ask(1, "objects", "") or "", things_of(self)
  host:drop(1)
  for line in answer:gmatch "[^\n]+" do
    local name = line:match '^value#%d+ "([^"]*)":'
    lines[#lines + 1] = things[name] and ("%s: %s"):format(name, things[name])
      or line:gsub('^%a+#%d+ "([^"]*)":', "%1:")
  end
  return lines
end

--- The moves so far, as a schedule's code has them.
function stepper:moves()
  return moves.text(moves.of_events(self.whole.events, self.at))
end

-- Whether the run has ended as the lab wants.
local function is_won(self, run_, said)
  local goal = self.lab.goal
  if said and said.what == "goal" then return true end
  if goal == "deadlock" then return run_.ending == "deadlock" end
  return said ~= nil and said.what == "reject" and (goal == nil or said.property == goal)
end

--- How it has ended: { won =, sentence =, run = }; nil: it has not.
function stepper:ended()
  if not is_over(self) then return nil end
  local run_ = self.whole.run
  local said = findings.said(run_)
  local text = run_.ending == "passed" and (run_.outcome or "nothing went wrong")
    or sentence.of(self.story, said)
  return { won = is_won(self, run_, said), sentence = text, run = run_ }
end

-- ---- what the learner does ----

--- The n-th task (or the one of that path) takes a step; nil and why where it cannot.
function stepper:step(which)
  if is_over(self) then return nil, "it is over: u undoes a step" end
  local path = which
  if type(which) == "number" then
    local row = self:tasks()[which]
    if not row then return nil, ("there is no task %d"):format(which) end
    path = row.path
  end
  if not has(candidates(next_step(self, self.at)), path) then
    return nil, ("%s cannot go on"):format(self.story.names:task(path))
  end
  self.chosen[#self.chosen + 1] = moves.of_events(self.whole.events, self.at)
  take(self, path)
  go_on(self)
  return true
end

--- Takes back the last step; false: there is none.
function stepper:undo()
  local list = table.remove(self.chosen)
  if not list then return false end
  run(self, list, #list)
  return true
end

-- What a learner would choose of a schedule, in its order: paths, and "t" where the clock moves. Tasks begin and end by
-- themselves here, which may be earlier than there.
local function choices_of(self)
  local list = {}
  for _, event in ipairs(self.whole.events) do
    if event.how == "clock" then
      list[#list + 1] = "t"
    elseif moves.STEPS[event.how] and event.task ~= MAIN and not is_house(event) then
      list[#list + 1] = event.task
    end
  end
  return list
end

-- Where the schedule has the clock move, so does the step, if it can.
local function move_clock(self)
  local event = next_step(self, self.at)
  if event and self.whole.events[self.at + 1].how == "clock" then return end
  local taken = moves.of_events(self.whole.events, self.at)
  taken[#taken + 1] = "t"
  run(self, taken, #taken)
end

--- Goes through a schedule of the explorer (its code's moves, a text) as far as `count` steps that a learner would
-- choose, or to its end; false: it does not fit.
function stepper:play(text, count)
  local list = moves.parse(text)
  if not list then return false end
  self.chosen = {}
  run(self, list, 0)
  local choices = choices_of(self)
  run(self, {}, 0)
  go_on(self)
  for _, choice in ipairs(choices) do
    if is_over(self) or count and #self.chosen >= count then break end
    if choice == "t" then
      move_clock(self)
    elseif not self:step(choice) then
      return is_over(self)
    end
  end
  return true
end

function stepper:close()
  self.here:close()
end

--- Opens it before the first step.
function stepper.open(lab, path, options)
  options = options or {}
  path = path or lab.directory .. "/code.lua"
  local here = session.open{
    script = WORLD, arguments = { lab.directory .. "/lab.lua", path, "" }, jobs = 1, seed = options.seed or 1,
    patience = PATIENCE, input = false,
  }
  local self = setmetatable({ lab = lab, path = path, here = here, chosen = {} }, stepper)
  local well, why = pcall(function()
    run(self, {}, 0)
    go_on(self)
  end)
  if not well then
    here:close()
    error(why, 0)
  end
  return self
end

--- Plays a schedule of a lab to its end: what `ended` tells; nil: the moves do not fit.
function stepper.verdict(lab, path, text, options)
  local self = stepper.open(lab, path, options)
  local well, ended = pcall(function() return self:play(text) and self:ended() end)
  self:close()
  if not well then error(ended, 0) end
  return ended or nil
end

return stepper
