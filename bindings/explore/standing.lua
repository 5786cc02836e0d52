--- Standing: a schedule that stands still before one of its steps, and goes to another.
--
-- It goes on from where it is; back it goes by a replay that stops earlier. Where a task begins or dies is no such place.
local standing = {}
standing.__index = standing

local PLACES = { begins = true, ["goes on"] = true, late = true, last = true }

--- For an open session (explore/session) and a plan whose events are known.
function standing.new(here, plan, events)
  local self = setmetatable({ here = here, host = here.host, plan = plan, places = {}, reached = 0 }, standing)
  for _, event in ipairs(events) do
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
  for key, value in pairs(self.plan) do plan[key] = value end
  plan.stop = step
  self.astray = nil
  self.host:start(1, plan, { talks = true })
end

local function drop(self)
  if self.at then self.host:drop(1) end
  self.at = nil
end

-- Waits for the stop at place `index`, or the end; false: interrupted.
local function arrive(self, index)
  local worker, why = self.host:wait()
  if not worker then return false, why end
  local step, task = self.host:stands(1)
  self.at = step and self:place_of(step)
  local expected = self.places[index]
  if step then
    if not expected or expected.step ~= step or expected.task ~= task then self.astray = self.astray or step end
    self.step, self.task = step, task
    self.reached = math.max(self.reached, self.at)
  else
    self.ended = self.host:account(1)
    if expected then self.astray = self.astray or expected.step end
  end
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

--- What the task that stands answers (explore/stopped.lua); nil: interrupted, or it is no more.
function standing:ask(request, text)
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
