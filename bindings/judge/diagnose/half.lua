--- Diagnosers of what a task has read, and goes by as it fails: half of a change, or what is old by then.
local parts = require "explore.story.parts"
local words = require "judge.words"

local half = {}

local function is_reading(step)
  return parts.reads(step) and step.line ~= nil and not words.is_of_lab(step)
end

-- The step at which the task that has made the change goes on.
local function goes_on_at(case, change)
  return change.following and change.following.index or #case.story.steps + 1
end

-- What the task that failed reads meanwhile: what was changed, and behind it, or else before, another thing of the
-- same kind.
local function reads_of(case, change)
  local new, old
  for i = change.index + 1, goes_on_at(case, change) - 1 do
    local step = case.story.steps[i]
    if step.task == case.story.run.ender and step.kind == change.kind and is_reading(step) then
      if parts.id(step) == parts.id(change) then
        new = new or step
      elseif not new or not old or old.index < new.index then
        old = step
      end
    end
  end
  return new, old
end

--- A task has changed one of two things and is stopped; the one that fails reads both.
function half.seen(case)
  if case.story.run.ending ~= "always" then return nil end
  for i = #case.story.steps, 1, -1 do
    local change = case.story.steps[i]
    if change.stopped and change.line and change.task ~= case.story.run.ender and parts.changes(change) then
      local new, old = reads_of(case, change)
      if new and old then
        return {
          text = ("%s has changed %s (line %d) and is not done; %s reads that, and %s, in between: half of it is new.")
            :format(case.names:task(change.task), words.name(change, case.names), change.line,
            case.names:task(new.task), words.name(old, case.names)),
          notes = { [new] = "<- the new one", [old] = "<- still the old one" }, marks = { change, new, old },
        }
      end
    end
  end
end

-- The last look of the task that failed, if it is a test, and the task has not waited behind it.
local function last_test(case)
  local step
  for i = #case.story.steps, 1, -1 do
    step = case.story.steps[i]
    if step.task == case.story.run.ender and step.op ~= "end" then break end
  end
  step = step and step.previous
  while step and not is_reading(step) do
    if step.waits or step.opening ~= step then return nil end
    step = step.previous
  end
  return step and step.result and parts.is_test(case.story, step) and step or nil
end

--- A task has looked, and fails by going by that: another one has changed it since.
function half.old(case)
  local look = case.story.run.ending == "always" and case.story.run.ender ~= "0" and last_test(case)
  for i = look and look.index + 1 or 1, look and #case.story.steps or 0 do
    local change = case.story.steps[i]
    if change.task ~= look.task and change.line and parts.changes(change) and parts.id(change) == parts.id(look) then
      return {
        text = ("%s goes by %s = %s, which it has read in line %d; %s has changed that since (line %d)."):format(
          case.names:task(look.task), words.name(look, case.names), look.result, look.line,
          case.names:task(change.task), change.line),
        notes = { [change] = "<- changes it" }, marks = { look, change },
      }
    end
  end
end

return half
