--- Diagnoser of one that is woken and goes on at once, though what it had looked at may not be so yet.
local parts = require "explore.parts"
local words = require "judge.words"

local woken = {}

-- The last step of the task that failed.
local function last_of(case)
  local run = case.story.run
  for i = run.ending ~= "deadlock" and run.ender and #case.story.steps or 0, 1, -1 do
    local step = case.story.steps[i]
    if step.task == run.ender and step.op ~= "end" then return step end
  end
end

local function is_woken(step)
  local ends = step.opening ~= step and not step.waits and step.how ~= "late"
  return ends and step.kind == "condition" and step.op == "wait"
end

-- The wait behind which the task has come to the step.
local function wait_before(step)
  while step and not is_woken(step) do step = step.previous end
  return step
end

-- Whether it has come back to the line of the look, or looks at the same elsewhere in the file, before the last step.
local function looks_again(look, wait, last)
  local step = wait.following
  while step and step ~= last do
    if parts.reads(step) and (step.line == look.line or step.subject == look.subject) then return true end
    step = step.following
  end
  return last.line == look.line
end

-- What the task has looked at before it waited: the look in front of the wait.
local function look_before(wait)
  local look = wait.opening.previous
  while look and look.kind == "lock" do look = look.previous end
  return look and look.line and parts.reads(look) and not words.is_of_lab(look) and look or nil
end

--- It has looked, and waits, and does not look again.
function woken.blindly(case)
  local last = last_of(case)
  local wait = last and wait_before(last)
  local look = wait and wait.line and look_before(wait)
  if not look or not last.line or last.line == wait.line or looks_again(look, wait, last) then return nil end
  return {
    text = ("%s is woken in line %d, and goes on in line %d without looking at %s again: who is woken looks again, "
      .. "with while, not if."):format(case.names:task(last.task), wait.line, last.line, words.name(look, case.names)),
    notes = { [wait] = "<- woken" }, marks = { look, wait },
  }
end

return woken
