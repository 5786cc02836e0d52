--- Diagnoser of one that is woken and goes on at once, though what it had looked at may not be so yet.
local parts = require "explore.story.parts"
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

-- Whether the task has its condition's lock as it looks.
local function is_under_lock(look)
  local before = look
  while before and not (before.op == "acquire" or before.op == "wait") do before = before.previous end
  return before ~= nil and #(look.holds or {}) > 0
end

-- Of the tasks that wait for a notify to the end, and have looked before: visit(wait, look), till it returns something.
local function each_waiting(case, visit)
  for _, task in ipairs(case.story.run.ending == "deadlock" and case.story.tasks or {}) do
    local wait = case.story.waiting[task.path]
    local is_wait = wait and wait.kind == "condition" and wait.op == "wait" and wait.line
    local look = is_wait and look_before(wait)
    local found = look and look.result and visit(wait, look)
    if found then return found end
  end
end

-- The changes of what the look has read, from one step to another.
local function changes(case, look, first, last)
  local list = {}
  for i = first, last do
    local step = case.story.steps[i]
    if parts.id(step) == parts.id(look) and parts.changes(step) and step.line then list[#list + 1] = step end
  end
  return list
end

-- What is there behind the step: what it returns, or what it writes.
local function value_behind(step)
  if step.op == "set" then return (step.call or ""):match "([^%s,]+)$" end
  return step.result
end

local function is_notified(case, wait, first)
  for i = first, #case.story.steps do
    local step = case.story.steps[i]
    if step.subject == wait.subject and (step.op == "notify" or step.op == "notify_all") then return true end
  end
end

-- Whether the task has waited for a notify of the same: then one was woken, and that is another thing.
local function has_waited(case, wait, task)
  for _, step in ipairs(case.story.steps) do
    if step.subject == wait.subject and step.op == "wait" and step.task == task then return true end
  end
end

-- The first change behind which nobody notifies, if it is not as it was in the end.
local function untold_change(case, wait, look)
  local list = changes(case, look, wait.opening.index + 1, #case.story.steps)
  if #list == 0 or value_behind(list[#list]) == look.result then return nil end
  for _, change in ipairs(list) do
    if not is_notified(case, wait, change.index) and not has_waited(case, wait, change.task) then return change end
  end
end

--- A task waits because of what it has read; that is changed, and nobody says so behind it.
function woken.not_told(case)
  return each_waiting(case, function(wait, look)
    local change = untold_change(case, wait, look)
    return change and {
      text = ("%s waits in line %d because %s was %s; %s changes that in line %d, and nobody notifies %s behind it.")
        :format(case.names:task(wait.task), wait.line, words.name(look, case.names), look.result,
        case.names:task(change.task), change.line, words.name(wait, case.names)),
      notes = { [change] = "<- who waits is not told" }, marks = { look, wait, change },
    }
  end)
end

--- A task waits because of what it has read under the lock, and that has not changed: no signal is lost, it is the
--- number that is not what it should be.
function woken.by_what_it_sees(case)
  return each_waiting(case, function(wait, look)
    local before = is_under_lock(look) and changes(case, look, 1, look.index - 1) or {}
    local change = before[#before]
    if not change or #changes(case, look, look.index + 1, #case.story.steps) > 0 then return nil end
    return {
      text = ("%s waits in line %d because %s is %s, as %s left it (line %d), and nobody changes it any more."):format(
        case.names:task(wait.task), wait.line, words.name(look, case.names), look.result,
        case.names:task(change.task), change.line),
      notes = { [change] = "<- leaves it so" }, marks = { change, look, wait },
    }
  end)
end

return woken
