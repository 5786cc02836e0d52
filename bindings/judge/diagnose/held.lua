--- Diagnosers of what was taken and is not given back, or given back by another task.
local locks = require "judge.diagnose.locks"
local words = require "judge.words"

local held = {}

local function name_of(case, subject)
  return words.name({ subject = subject }, case.names)
end

local function at(step)
  return step and step.line and (" (line %d)"):format(step.line) or ""
end

local TAKES = { acquire = true, read = true, write = true }

-- Whether the step took what it asked for.
local function took(step)
  return TAKES[step.op] and not step.waits and not step.failed and not (step.result or ""):find "^false"
    and not (step.result or ""):find "^nil"
end

-- The last step before `before` in which the task took the subject.
local function taken_at(case, task, subject, before)
  for i = before.index - 1, 1, -1 do
    local step = case.story.steps[i]
    if step.task == task and step.subject == subject and took(step) then return step end
  end
end

-- The tasks that wait in a take at the end, in the order of their start: their steps.
local function waiting_takers(case)
  local list = {}
  for _, task in ipairs(case.story.tasks) do
    local step = case.story.waiting[task.path]
    if step and step.subject and TAKES[step.op] and step.kind ~= "queue" then list[#list + 1] = step end
  end
  return list
end

-- Whether one alone can have it: else it does not wait for itself, but for one of the others.
local function is_for_one(case, subject)
  local object = case.story.objects[subject]
  if object.kind ~= "semaphore" then return true end
  local most = (case.story.run.message or ""):match(('"%s": %%d+ of (%%d+) free'):format(
    object.name:gsub("%p", "%%%0")))
  return not locks.is_gate(case, subject) and (most or "1") == "1"
end

--- A task waits for what it has itself, and nobody else has.
function held.itself(case)
  if case.story.run.ending ~= "deadlock" then return nil end
  for _, step in ipairs(waiting_takers(case)) do
    local holders = case.story.held[step.subject] or {}
    local taken = taken_at(case, step.task, step.subject, step)
    if taken and holders[step.task] and next(holders) == step.task and not next(holders, step.task)
      and is_for_one(case, step.subject) then
      return {
        text = ("%s waits for %s, which it has taken itself%s and has not given back."):format(
          case.names:task(step.task), name_of(case, step.subject), at(taken)),
        notes = { [step] = "<- for ever" }, marks = { taken, step },
      }
    end
  end
end

local function has(list, subject)
  for _, each in ipairs(list or {}) do
    if each == subject then return true end
  end
end

--- A task has taken a semaphore, has ended, and another one waits for it.
function held.kept(case)
  if case.story.run.ending ~= "deadlock" then return nil end
  for _, step in ipairs(waiting_takers(case)) do
    for _, last in ipairs(step.kind == "semaphore" and case.story.held[step.subject] and case.story.steps or {}) do
      local taken = last.op == "end" and has(last.left, step.subject)
        and taken_at(case, last.task, step.subject, last)
      if taken then
        return {
          text = ("%s took %s%s and has ended without giving it back."):format(case.names:task(last.task),
            name_of(case, step.subject), at(taken)),
          notes = { [taken] = "<- never given back" }, marks = { taken, step },
        }
      end
    end
  end
end

-- The semaphore that the task took by its last step before it waits.
local function in_hand(step)
  local before = step.opening.previous
  return before and before.kind == "semaphore" and took(before) and before.line and before or nil
end

--- Tasks that do the same have taken one thing each, and wait for another, which one of them has.
function held.one_each(case)
  if case.story.run.ending ~= "deadlock" then return nil end
  local list = waiting_takers(case)
  for _, a in ipairs(list) do
    for _, b in ipairs(list) do
      local mine, its = in_hand(a), in_hand(b)
      if a ~= b and mine and its and mine.line == its.line and a.line == b.line and b.subject == mine.subject then
        return {
          text = ("%s has taken %s and waits for %s; %s has taken %s and waits for %s: who takes one thing at a time "
            .. "keeps it from others."):format(case.names:task(b.task), name_of(case, its.subject),
            name_of(case, b.subject), case.names:task(a.task), name_of(case, mine.subject), name_of(case, a.subject)),
          notes = {}, marks = { its, b, mine, a },
        }
      end
    end
  end
end

-- The object that the message is about.
local function subject_of(case, message)
  local kind, name = message:match '(%a+)#%d+ "([^"]*)": release:'
  for subject, object in ipairs(name and case.story.objects or {}) do
    if object.kind == kind and object.name == name then return subject end
  end
end

-- The last step of any task on the subject, for which `which` holds.
local function last_on(case, subject, which)
  for i = #case.story.steps, 1, -1 do
    local step = case.story.steps[i]
    if step.subject == subject and which(step) then return step end
  end
end

--- A task gives back what it has not taken.
function held.not_taken(case)
  local run = case.story.run
  local subject = run.ending == "error" and subject_of(case, run.message or "")
  if not subject then return nil end
  local name = name_of(case, subject)
  local asked = last_on(case, subject, function(step)
    return step.task == run.ender and TAKES[step.op] and not step.waits
  end)
  if asked and not took(asked) and asked.line then
    return {
      text = ("line %d did not get %s, and nothing looks at its answer."):format(asked.line, name),
      notes = { [asked] = "<- not taken" },
    }
  end
  local taken = not asked and last_on(case, subject, function(step)
    return step.task ~= run.ender and took(step) and step.line
  end)
  if not taken then return nil end
  return {
    text = ("%s took %s in line %d: only the task that takes a lock may give it back."):format(
      case.names:task(taken.task), name, taken.line),
    notes = { [taken] = "<- taken here" },
  }
end

return held
