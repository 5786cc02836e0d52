--- Standing: a schedule that stands still before one of its steps, and goes to another.
--
-- It goes on from where it is; back it goes by a replay that stops earlier. Where a task begins or dies is no such
-- place.
local standing = {}
standing.__index = standing

local PLACES = { begins = true, ["goes on"] = true, late = true, last = true }

--- For an open session (explore/session), and what its schedule was found to be.
function standing.new(here, whole)
  local self = setmetatable({ here = here, host = here.host, whole = whole, places = {} }, standing)
  for _, event in ipairs(whole.events) do
    if PLACES[event.how] then
      self.places[#self.places + 1] = { step = math.tointeger(event.step), task = event.task }
    end
  end
  return self
end

--- The last place at which one of these tasks (nil: any) is.
function standing:last_of(task)
  for i = #self.places, 1, -1 do
    if not task or self.places[i].task == task then return i end
  end
  return #self.places
end

--- The first place before the step of that number or a later one; past the last: one more.
function standing:place_of(step)
  for i, place in ipairs(self.places) do
    if place.step >= step then return i end
  end
  return #self.places + 1
end

-- Starts the schedule, up to that step (0: to its end).
local function start(self, step)
  local plan = {}
  for key, value in pairs(self.whole.plan) do plan[key] = value end
  plan.stop = step
  self.astray, self.touched = nil, false
  self.host:start(1, plan, { talks = true })
end

local function drop(self)
  if self.host:stands(1) then self.host:drop(1) end
  self.at = nil
end

-- The first step that is not as it was recorded, of those that have been taken; nil: all are.
local function first_other(self)
  local recorded = self.whole.events
  for i, event in ipairs(self.host:events(1)) do
    local other = recorded[i]
    if not other then return event.step end
    for _, field in ipairs{ "step", "task", "how", "op", "line" } do
      if event[field] ~= other[field] then return event.step end
    end
  end
end

-- It stands before a step.
local function stand(self, step, task, expected)
  self.at, self.step, self.task = self:place_of(step), step, task
  if expected and expected.step == step and expected.task == task then return self.touched and first_other(self) end
  return first_other(self) or step
end

-- It has ended.
local function finish(self, expected)
  self.at, self.ended = nil, self.host:account(1)
  if self.ended.hash == self.whole.run.hash and self.ended.ending == self.whole.run.ending then return nil end
  return first_other(self) or expected and expected.step or self.whole.run.steps
end

-- Waits for the stop at place `index`, or the end; false: interrupted.
local function arrive(self, index)
  if not self.host:wait() then return false end
  local step, task = self.host:stands(1)
  local other
  if step then other = stand(self, step, task, self.places[index]) else other = finish(self, self.places[index]) end
  self.astray = self.astray or other and math.tointeger(other) or nil
  return true
end

--- Goes to that place, or past the last of them to the end. Afterwards `at` is the place, nil at the end; `step` and
--- `task` tell where it stands, `ended` is how it has run, and `astray` the step from which on it is not as it was
--- recorded. False: interrupted.
function standing:go(index)
  local place = self.places[index]
  if self.at and index > self.at then
    self.host:go(1, place and place.step or 0)
  else
    drop(self)
    start(self, place and place.step or 0)
  end
  self.ended = nil
  return arrive(self, index)
end

--- What the task that stands answers (explore/host/stopped.lua); nil: interrupted, or it is no more.
function standing:ask(request, text)
  self.touched = self.touched or request == "eval"
  local answer, why = self.host:ask(1, request, text)
  if why == "ended" then self.at, self.ended = nil, self.host:account(1) end
  return answer, why
end

--- What it has written so far.
function standing:output()
  return self.host:output(1)
end

standing.drop = drop

return standing
