--- Diagnosers of what two tasks do to the same thing: which lock each of them held at which step.
local data = require "explore.patterns.data"
local parts = require "explore.story.parts"
local words = require "judge.words"

local locks = {}

local TAKES = { acquire = true, read = true, write = true }
local LOCKS = { lock = true, rlock = true, rwlock = true, condition = true, semaphore = true }

-- Pattern: what its marks are: A reads, B changes what A has read, A acts by what it has read.
local ROLES = {
  ["lost update"] = { read = 1, other_read = 2, change = 3, act = 4 },
  ["check-then-act"] = { read = 1, change = 2, act = 3 },
  ["stale read"] = { read = 1, change = 2, act = 3 },
}

--- Whether the pattern is a race: what one task has read another one changes.
function locks.is_race(pattern)
  return ROLES[pattern.name] ~= nil
end

-- How many were free before the step; nil: it does not tell.
local function free_before(step)
  local free = tonumber((step.state or ""):match "(%d+) free")
  if step.waits then return 0 end
  if not free or (step.result or ""):find "^false" or (step.result or ""):find "^nil" then return free end
  return free + (step.op == "release" and -1 or step.op == "acquire" and 1 or 0)
end

local function has(list, subject)
  for _, each in ipairs(list or {}) do
    if each == subject then return true end
  end
end

-- Semaphores that keep nobody out: another task than the one that took it gives it back, it does not begin with 1,
-- or two have it.
local function gates_of(case)
  if case.gates then return case.gates end
  local gates, seen = {}, {}
  for _, step in ipairs(case.story.steps) do
    local subject = step.kind == "semaphore" and step.opening == step and step.subject
    if subject and not seen[subject] then
      local free = free_before(step)
      seen[subject], gates[subject] = true, free ~= nil and free ~= 1 or nil
    end
    local shares = step.kind == "semaphore" and step.op == "acquire" and not step.waits and #(step.holders or {}) > 0
    if shares and (step.result or "true"):find "^true" then gates[step.subject] = true end
    if subject and step.op == "release" and not has(step.holds, subject) then gates[subject] = true end
  end
  case.gates = gates
  return gates
end

--- Whether the semaphore is none that keeps all but one out.
function locks.is_gate(case, subject)
  return gates_of(case)[subject] or false
end

local SIGNALS = { condition = true, event = true, barrier = true, latch = true }

-- Whether the task has waited for a signal between the two steps, or has been somewhere and left: what it did then
-- does not hang on what it had read before.
local function does_other_things(case, read, act)
  local inside, step = {}, read.following
  while step and step.index < act.index do
    if SIGNALS[step.kind] and step.op == "wait" then return true end
    if step.kind == "semaphore" and step.op == "acquire" and gates_of(case)[step.subject] then return true end
    local verb, place = words.act(step)
    if verb == "leaves" and inside[place] then return true end
    if verb == "enters" then inside[place] = true end
    step = step.following
  end
  return false
end

--- Whether all steps of a pattern of data are of lines of the learner's file.
function locks.is_of_file(pattern)
  for _, step in ipairs(pattern.first and pattern.marks or {}) do
    if not step.line or words.is_of_lab(step) then return false end
  end
  return true
end

local function in_roles(found)
  local race = { pattern = found }
  for role, at in pairs(ROLES[found.name]) do race[role] = found.marks[at] end
  return race
end

-- Where it takes a lock by what it has read: the next thing that it changes then.
local function change_behind(race)
  local act = race.act
  while act and (LOCKS[act.kind] or not act.shared or not parts.changes(act) or words.is_of_lab(act)) do
    act = act.following
  end
  return act
end

-- Whether what it does has compared first, with what it has read since the change.
local function has_compared(case, race)
  local act = race.act
  if act.op ~= "compare_set" or parts.id(act) ~= parts.id(race.read) then return false end
  for i = race.change.index + 1, act.index - 1 do
    local step = case.story.steps[i]
    if step.task == act.task and parts.reads(step) and parts.id(step) == parts.id(act) then return true end
  end
  return false
end

-- The race that the pattern is; nil: it is none that can be told.
local function as_race(case, found)
  local race = found and ROLES[found.name] and in_roles(found)
  if race and LOCKS[race.act.kind] and TAKES[race.act.op] then race.act = change_behind(race) end
  if not race or not race.act or not locks.is_of_file(found) then return nil end
  if not (race.read.line and race.act.line and race.change.line) or has_compared(case, race) then return nil end
  if found.name ~= "lost update" and does_other_things(case, race.read, race.act) then return nil end
  return race
end

-- Also those in which A was not stopped between the two, but waited for a lock: the last one is the nearest. Who waits
-- for ever does so by what is lost, and seldom by what was looked at too early.
local function of_waiting(case)
  local last
  local function keep(found) last = as_race(case, found) or last end
  if case.story.run.ending ~= "deadlock" then data.check_then_act(case.story, case.names, keep) end
  data.lost_update(case.story, case.names, keep)
  return last
end

-- The first of the patterns that has these roles.
local function race_of(case)
  if case.race ~= nil then return case.race end
  case.race = false
  for _, found in ipairs{ case.pattern or false, table.unpack(case.patterns) } do
    case.race = as_race(case, found) or false
    if case.race then return case.race end
  end
  local waits = case.story.run.ending == "deadlock"
  case.race = (waits or not case.pattern) and of_waiting(case) or false
  return case.race
end

-- The locks that the step's task holds, as a set, and one of them.
local function held_at(case, step)
  local set, one = {}, nil
  for _, subject in ipairs(step.holds or {}) do
    local object = case.story.objects[subject]
    if object and LOCKS[object.kind] and not gates_of(case)[subject] then set[subject], one = true, one or subject end
  end
  return set, one
end

local function common(a, b)
  for subject in pairs(a) do
    if b[subject] then return subject end
  end
end

local function name_of(case, subject)
  return words.name({ subject = subject }, case.names)
end

-- The step of the task in which it last took, or gave back, the lock, between two steps.
local function last_of(case, task, subject, operation, first, last)
  for i = last.index, first.index, -1 do
    local step = case.story.steps[i]
    if step.task == task and step.subject == subject and step.op == operation and not step.waits then return step end
  end
end

-- The word for it.
local function kind_of(case, subject)
  return case.story.objects[subject].kind == "semaphore" and "semaphore" or "lock"
end

-- Where it is, beside what is said of a line.
local function at(step, line)
  if not step or not step.line then return "" end
  return step.line == line and " (in the same line)" or (" (line %d)"):format(step.line)
end

-- A line that does both, in two steps: `till:set(till:get() + 1)`.
local function is_one_line(race)
  return race.read.line == race.act.line
end

local function notes_of(race)
  local notes = {
    [race.change] = race.pattern.name ~= "lost update" and "<- changes it" or nil,
    [race.act] = race.pattern.name == "lost update" and "<- overwrites that" or "<- goes by what it saw before",
  }
  if race.other_read and race.other_read ~= race.change then
    notes[race.other_read] = race.other_read.result == race.read.result and "<- sees the same" or nil
  end
  return notes
end

local function tell(race, text, ...)
  return { text = text:format(...), notes = notes_of(race), marks = race.pattern.marks }
end

--- Each of the two holds a lock that it has made itself.
function locks.own_lock(case)
  local race = race_of(case)
  if not race then return nil end
  local _, a = held_at(case, race.act)
  local _, b = held_at(case, race.change)
  if not a or not b or a == b then return nil end
  local one, other = case.story.objects[a], case.story.objects[b]
  local first, second = case.names:task(race.act.task), case.names:task(race.change.task)
  if one.maker == race.act.task and other.maker == race.change.task then
    return tell(race, "%s has a lock of its own, and so has %s: each makes one for itself, and keeps nobody out by it.",
      first, second)
  end
  return tell(race, "%s holds %s and %s holds %s: two locks keep nobody out.", first, name_of(case, a), second,
    name_of(case, b))
end

--- A reads, and takes the lock only then.
function locks.too_late(case)
  local race = race_of(case)
  if not race or race.read == race.act then return nil end
  local before, after = held_at(case, race.read), held_at(case, race.act)
  local _, subject = held_at(case, race.act)
  if not subject or common(before, after) then return nil end
  local taken = last_of(case, race.act.task, subject, "acquire", race.read, race.act)
  local value = race.read.result
  return tell(race, "%s read %s%s in line %s before it held the %s %s%s: what it saw was old by then.",
    case.names:task(race.read.task), words.name(race.read, case.names), value and " = " .. value or "",
    race.read.line, kind_of(case, subject), name_of(case, subject), at(taken, race.read.line))
end

--- A reads under the lock, and acts when it has given it back; or it has given it back and taken it again.
function locks.too_short(case)
  local race = race_of(case)
  if not race or race.read == race.act then return nil end
  local before, after = held_at(case, race.read), held_at(case, race.act)
  local _, subject = held_at(case, race.read)
  if not subject then return nil end
  local who, both = case.names:task(race.read.task), common(before, after)
  local given = last_of(case, race.read.task, both or subject, "release", race.read, race.act)
  if both and given and is_one_line(race) then
    return tell(race, "line %s reads and then writes, in two steps, and %s gave the %s back between the two: what it "
      .. "saw was old by then.", race.read.line, who, kind_of(case, both))
  elseif both and given then
    return tell(race, "%s gave the %s back between line %s and line %s%s: what it saw was old by then.", who,
      kind_of(case, both), race.read.line, race.act.line, at(given))
  elseif not both and not next(after) then
    return tell(race, "%s acts in line %s after it gave the %s back%s: what it saw was old by then.", who,
      race.act.line, kind_of(case, subject), at(given, race.act.line))
  end
end

local function two_steps(race)
  if is_one_line(race) then
    return ("line %s reads and then writes, in two steps"):format(race.read.line)
  end
  local verb = race.pattern.name == "lost update" and "writes" or "acts on it"
  return ("line %s reads and line %s %s"):format(race.read.line, race.act.line, verb)
end

-- One of them that is a lock and nothing else: a semaphore may keep others out of something else than the data.
local function true_lock(case, set)
  for subject in pairs(set) do
    if case.story.objects[subject].kind ~= "semaphore" then return subject end
  end
end

--- Nothing that both hold.
function locks.no_common_lock(case)
  local race = race_of(case)
  if not race then return nil end
  local mine, theirs = held_at(case, race.act), held_at(case, race.change)
  local a, b = case.names:task(race.act.task), case.names:task(race.change.task)
  if common(mine, theirs) then return nil end
  local one, other = true_lock(case, mine), true_lock(case, theirs)
  if not one and not other then
    return tell(race, "%s, and nothing keeps %s out between them: read and write in one step, or hold one lock around "
      .. "both.", two_steps(race), b)
  elseif one then
    return tell(race, "%s holds %s, and line %s of %s does without it.", a, name_of(case, one), race.change.line,
      b)
  end
  local lines = is_one_line(race) and ("line %s of %s does"):format(race.act.line, a)
    or ("lines %s and %s of %s do"):format(race.read.line, race.act.line, a)
  return tell(race, "%s holds %s, and %s without it.", b, name_of(case, other), lines)
end

-- The step that comes of a look in the same line; nil: none does.
local function acts_at_once(case, step)
  local act = step.following
  if not step.line or not parts.reads(step) or not parts.is_test(case.story, step) or words.is_of_lab(step) then
    return nil
  end
  if not act or act.line ~= step.line or not act.shared or not parts.changes(act) then return nil end
  return act
end

local function changed_between(case, first, last)
  for i = first.index + 1, last.index - 1 do
    local step = case.story.steps[i]
    if step.subject == first.subject and parts.changes(step) and parts.id(step) == parts.id(first) then return true end
  end
  return false
end

-- Whether the second look sees no more than the first one saw: that one has done nothing yet, or what it has done (it
-- has given something back) does not show there.
local function sees_no_more(case, first, second)
  local act = first.following
  return act.index > second.index or act.op == "release" and not changed_between(case, first, second)
end

--- Two tasks see the same in one line, and each does what only one of them is to do.
function locks.both_read(case)
  local seen = {}
  for _, step in ipairs(case.story.steps) do
    local act = step.result and acts_at_once(case, step)
    local id = act and ("%s %s %s"):format(parts.id(step), step.line, step.result)
    local other = id and seen[id]
    if other and other.task ~= step.task and other.following.subject == act.subject
      and sees_no_more(case, other, step) and case.story.script:line(step.file, step.line):find "==" then
      return {
        text = ("%s and %s both read %s = %s in line %d, and each goes by it."):format(case.names:task(other.task),
          case.names:task(step.task), words.name(step, case.names), step.result, step.line),
        notes = { [step] = "<- sees the same" }, marks = { other, step },
      }
    end
    if id then seen[id] = step end
  end
end

--- A lock under which all tasks enter the stages of the lab, in a schedule that passes: { text = }; nil: none.
function locks.too_strong(case)
  local line, set, tasks = nil, nil, {}
  for _, step in ipairs(case.story.steps) do
    if words.act(step) == "enters" then
      local held = held_at(case, step)
      tasks[step.task] = true
      if not set then set = held end
      for each in pairs(set) do
        if not held[each] then set[each] = nil end
      end
    end
  end
  local subject = set and next(set)
  if not subject or not next(tasks, (next(tasks))) then return nil end
  for _, step in ipairs(case.story.steps) do
    if step.subject == subject and step.op ~= "release" then line = line or step.line end
  end
  return { text = ("all of them hold %s%s there: it keeps apart what may go on at the same time."):format(
    name_of(case, subject), line and (" (line %d)"):format(line) or "") }
end

return locks
