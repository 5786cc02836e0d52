--- Diagnosers of a task that went on too early: by which signal, or without one; and of who waits meanwhile.
local endings = require "explore.patterns.work"
local refused = require "judge.diagnose.refused"
local words = require "judge.words"

local went_on = {}

local SIGNALS = { semaphore = true, event = true, condition = true, latch = true }
local LOCKS = { lock = true, rlock = true, rwlock = true }

local function name_of(case, step) return words.name(step, case.names) end

-- The last step of the task that failed.
local function last_of(case)
  for i = #case.story.steps, 1, -1 do
    local step = case.story.steps[i]
    if step.task == case.story.run.ender and step.op ~= "end" then return step end
  end
end

local is_refused = refused.is

-- Where the task that failed could have waited for the last time before; also for a lock, where it did not get that.
local function last_wait(case)
  local step = last_of(case)
  while step do
    local could = SIGNALS[step.kind] and endings.gives(step)
      or LOCKS[step.kind] and step.op == "acquire" and is_refused(step)
    if could and not step.waits then return step.line and step or nil end
    step = step.previous
  end
end

local function is_taken(step)
  return step.kind == "semaphore" and step.op == "acquire" and not step.waits and not step.failed
    and not is_refused(step)
end

-- How many `release 3` gives.
local function given_by(step)
  return tonumber((step.call or ""):match "^release (%d+)") or 1
end

-- The signals that lie there before the step: the steps that gave them, in order; and how many places are taken.
local function signals_before(case, wait)
  local gives, list, taken = endings.gives(wait), {}, 0
  for i = 1, wait.index - 1 do
    local step = case.story.steps[i]
    local is_here = step.subject == wait.subject
    if is_here and gives[step.op] then
      for _ = 1, given_by(step) do list[#list + 1] = step end
      taken = taken - given_by(step)
    elseif is_here and step.op == "clear" then
      list = {}
    elseif is_here and is_taken(step) then
      table.remove(list, 1)
      taken = taken + 1
    end
  end
  return list, taken
end

local function are_of(list, task)
  for _, step in ipairs(list) do
    if step.task ~= task then return false end
  end
  return #list > 0
end

local PAST = { release = "gave %s back", set = "set %s", notify = "notified %s", notify_all = "notified %s",
  count_down = "counted %s down" }

-- Of several that it could be, the first: who waits the longest goes on by it.
local function by_signal(case, wait, list)
  local given, name, who = list[1], name_of(case, wait), case.names:task(wait.task)
  if are_of(list, wait.task) then
    return {
      text = ("%s goes on in line %d by %s, which it gave itself (line %d): nobody else has let it go on."):format(who,
        wait.line, name, given.line or 0),
      notes = { [given] = "<- gives it itself" }, marks = { given, wait },
    }
  end
  return {
    text = ("%s goes on in line %d because %s %s (line %d): that alone lets it go on."):format(who, wait.line,
      case.names:task(given.task), PAST[given.op]:format(name), given.line),
    notes = { [given] = "<- lets it go on" }, marks = { given, wait },
  }
end

-- What it does twice in the lab behind the wait, by the same words of the file and without another wait: the two steps.
local function done_twice(case, wait, last)
  local seen, step = {}, wait.following
  while step and step.index <= last.index do
    local code = case.story.script:line(step.file, step.line)
    local call = code and words.is_of_lab(step) and not words.is_look(step) and step.call .. code
    if call and seen[call] then return seen[call], step end
    if call then seen[call] = step end
    step = step.following
  end
end

local function twice(case, wait)
  local first, second = done_twice(case, wait, last_of(case))
  if not first then return nil end
  return {
    text = ("%s %s twice (steps %d and %d), and has waited once for it (line %d)."):format(
      case.names:task(wait.task), words.told(second), first.step, second.step, wait.line),
    notes = { [second] = "<- once more" }, marks = { wait, first, second },
  }
end

-- It has taken a place that was free from the beginning.
local function by_place(case, wait, taken)
  if not is_taken(wait) or wait.opening ~= wait then return nil end
  return {
    text = ("%s does not have to wait in line %d: %s."):format(case.names:task(wait.task), wait.line,
      taken <= 0 and "nobody has taken " .. name_of(case, wait)
      or ("%s had a place left"):format(name_of(case, wait))),
    notes = {}, marks = { wait },
  }
end

-- Who fails since others wait does not fail by what let it go on.
local OF_OTHERS = { free = true, fair = true }

--- A task fails, and has gone on before by a signal of its own, or of another one, or as a place was free.
function went_on.by(case)
  if case.story.run.ending ~= "always" or OF_OTHERS[case.property] then return nil end
  local wait = last_wait(case)
  if not wait then return nil end
  local found = is_refused(wait) and refused.goes_on(case, wait) or twice(case, wait)
  if found or not SIGNALS[wait.kind] then return found end
  local list, taken = signals_before(case, wait)
  if list[1] then return list[1].line and by_signal(case, wait, list) or nil end
  return by_place(case, wait, taken)
end

-- The last step that gives what the step waits for.
local function last_given(case, wait, gives)
  for i = #case.story.steps, 1, -1 do
    local step = case.story.steps[i]
    if step.subject == wait.subject and gives[step.op] and not step.waits then return step end
  end
end

local function holds_of(case, wait)
  local list = {}
  for subject, holders in pairs(case.story.held) do
    if holders[wait.task] and subject ~= wait.subject then
      list[#list + 1] = words.name({ subject = subject }, case.names)
    end
  end
  table.sort(list)
  return list
end

-- A task is passed by others while it waits: what could keep these out is what it has, if they take that, too.
local function passed_by(case, wait)
  local held = holds_of(case, wait)
  return ("%s waits for %s meanwhile (line %d), %s."):format(case.names:task(wait.task), name_of(case, wait), wait.line,
    #held == 0 and "and has nothing that keeps others out"
    or ("and what it has, %s, does not keep %s out"):format(table.concat(held, " and "),
      case.names:task(case.story.run.ender)))
end

local function kept_by(case, wait)
  local gives = endings.gives(wait)
  local last = gives and last_given(case, wait, gives)
  if not gives or last and not PAST[last.op] then return nil end
  return ("%s waits for %s (line %d), %s."):format(case.names:task(wait.task), name_of(case, wait), wait.line,
    last and ("and the last who %s was %s (%sstep %d)"):format(PAST[last.op]:format "it", case.names:task(last.task),
      last.line and ("line %d, "):format(last.line) or "", last.step) or "and nobody has given it yet")
end

--- A task fails since others wait, or have waited longer: who, and what for.
function went_on.past(case)
  if case.story.run.ending ~= "always" or not OF_OTHERS[case.property] then return nil end
  local tell = case.property == "fair" and passed_by or kept_by
  for _, task in ipairs(case.story.tasks) do
    local wait = case.story.waiting[task.path]
    local text = wait and wait.line and wait.subject and tell(case, wait)
    if text then return { text = text, notes = {}, marks = { wait } } end
  end
end

return went_on
