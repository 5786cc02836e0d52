--- Diagnosers of what two tasks do to the same thing: which lock each of them held at which step.
local data = require "explore.patterns_data"
local words = require "judge.words"

local locks = {}

local LOCKS = { lock = true, rlock = true, rwlock = true, condition = true, semaphore = true }

-- Pattern: what its marks are: A reads, B changes what A has read, A acts by what it has read.
local ROLES = {
  ["lost update"] = { read = 1, other_read = 2, change = 3, act = 4 },
  ["check-then-act"] = { read = 1, change = 2, act = 3 },
  ["stale read"] = { read = 1, change = 2, act = 3 },
}

-- Also those in which A was not stopped between the two, but waited for a lock: the last one is the nearest.
local function of_waiting(case)
  local last
  local function keep(found) last = found end
  if case.story.run.ending == "deadlock" then return nil end
  data.check_then_act(case.story, case.names, keep)
  data.lost_update(case.story, case.names, keep)
  return last
end

local function in_roles(found)
  local race = { pattern = found }
  for role, at in pairs(ROLES[found.name]) do race[role] = found.marks[at] end
  return race
end

-- The first of the patterns that has these roles.
local function race_of(case)
  if case.race ~= nil then return case.race end
  case.race = false
  for _, found in ipairs{ case.pattern or false, table.unpack(case.patterns) } do
    if found and ROLES[found.name] then
      case.race = in_roles(found)
      return case.race
    end
  end
  local found = not case.pattern and of_waiting(case)
  case.race = found and in_roles(found) or false
  return case.race
end

-- The locks that the step's task holds, as a set, and one of them.
local function held_at(case, step)
  local set, one = {}, nil
  for _, subject in ipairs(step.holds or {}) do
    local object = case.story.objects[subject]
    if object and LOCKS[object.kind] then set[subject], one = true, one or subject end
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

local function at(step)
  return step and step.line and (" (line %d)"):format(step.line) or ""
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
  return tell(race, "%s read %s%s in line %s before it held the lock %s%s: what it saw was old by then.",
    case.names:task(race.read.task), words.name(race.read, case.names), value and " = " .. value or "",
    race.read.line or "?", name_of(case, subject), at(taken))
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
  if both and given then
    return tell(race, "%s gave the lock back between line %s and line %s%s: what it saw was old by then.", who,
      race.read.line or "?", race.act.line or "?", at(given))
  elseif not both and not next(after) then
    return tell(race, "%s acts in line %s after it gave the lock back%s: what it saw was old by then.", who,
      race.act.line or "?", at(given))
  end
end

local function two_steps(race)
  if race.read.line == race.act.line then
    return ("line %s reads and then writes, in two steps"):format(race.read.line or "?")
  end
  local verb = race.pattern.name == "lost update" and "writes" or "acts on it"
  return ("line %s reads and line %s %s"):format(race.read.line or "?", race.act.line or "?", verb)
end

--- Nothing that both hold.
function locks.no_common_lock(case)
  local race = race_of(case)
  if not race then return nil end
  local mine, one = held_at(case, race.act)
  local theirs, other = held_at(case, race.change)
  local a, b = case.names:task(race.act.task), case.names:task(race.change.task)
  if common(mine, theirs) then return nil end
  if not one and not other then
    return tell(race, "%s, and nothing keeps %s out between them: read and write in one step, or hold one lock around "
      .. "both.", two_steps(race), b)
  elseif one then
    return tell(race, "%s holds %s, and line %s of %s does without it.", a, name_of(case, one), race.change.line or "?",
      b)
  end
  return tell(race, "%s holds %s, and lines %s and %s of %s do without it.", b, name_of(case, other),
    race.read.line or "?", race.act.line or "?", a)
end

--- A lock under which all tasks enter the stages of the lab, in a schedule that passes: { text = }; nil: none.
function locks.too_strong(case)
  local line, set, tasks = nil, nil, {}
  for _, step in ipairs(case.story.steps) do
    if words.is_of_lab(step) and step.call:find "^enters " then
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
