--- How much a step says to somebody who wants to know why the schedule failed.
local parts = require "explore.story.parts"
local story_of = require "explore.story.story"

local interest = {}

local NOTIFIES = { notify = true, notify_all = true }
local DULL = { open = true, close = true, seek = true, sleep = true, yield = true }

-- The parts of objects that a task changes and another one changes or reads, by object and part.
local function contested(story)
  local found = {}
  for _, part in ipairs(parts.of(story)) do
    local changer, others = nil, false
    for _, step in ipairs(part.steps) do
      if parts.changes(step) then changer = changer or step.task end
    end
    for _, step in ipairs(part.steps) do others = others or step.task ~= changer end
    if changer and others then found[parts.id(part.steps[1])] = true end
  end
  return found
end

-- The objects for which a task waits to the end: all that was done to them tells why.
local function waited_for(story)
  local found = {}
  for _, step in pairs(story.waiting) do
    if step.for_ever and step.subject then found[step.subject] = true end
  end
  return found
end

-- From 0, what can be left out first, to 3, what cannot.
local function weight(step, found, waited)
  if step.mark or step.failing or step.for_ever or step.how == "dies" or step.stopped then return 3 end
  if step.op == "sleep" then return step.waits and 1 or 0 end
  -- who notifies where nobody ever waits is mostly the one at fault
  if NOTIFIES[step.op] then return 3 end
  if waited[step.subject] then return 2 end
  if not step.shared and step.kind ~= "process" then return 0 end
  if DULL[step.op] and not parts.changes(step) then return 1 end
  if found[parts.id(step)] then return 3 end
  return 2
end

--- What the table does with each step of a story, in degrees of detail from 0, which has all, to 3: a function of
--- (step, degree) to "house" (a start or an end), "nothing" (it says nothing: a look in vain), "shown" or "folded".
function interest.of(story)
  local found, waited = contested(story), waited_for(story)
  return function(step, degree)
    if step.opening ~= step and (step.waits or step.op == "sleep") then return "nothing" end
    if story_of.is_house(step) then return "house" end
    return weight(step, found, waited) >= degree and "shown" or "folded"
  end
end

return interest
