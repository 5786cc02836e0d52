--- Diagnose: why it happened, in one sentence, and what the table says beside the steps.
--
-- The diagnosers are asked in the order in which they are to be trusted; the first that has an answer is told. Each is
-- a function of a case { story, names, patterns, pattern, swap } that returns { text =, notes = { [step] = text },
-- marks = steps }, or nil: it proves nothing.
local half = require "judge.diagnose.half"
local held = require "judge.diagnose.held"
local locks = require "judge.diagnose.locks"
local own = require "judge.diagnose.own"
local parts = require "explore.story.parts"
local plain = require "judge.diagnose.plain"
local pipes = require "judge.diagnose.pipes"
local queues = require "judge.diagnose.queues"
local refused = require "judge.diagnose.refused"
local signals = require "judge.diagnose.signals"
local slips = require "judge.diagnose.slips"
local went_on = require "judge.diagnose.went_on"
local woken = require "judge.diagnose.woken"
local words = require "judge.words"

local diagnose = {}

local function pattern_of(case, ...)
  for _, name in ipairs{ ... } do
    for _, found in ipairs(case.patterns) do
      if found.name == name then return found end
    end
  end
end

-- Whether the task only naps between two looks at the same: then it goes by what it sees, and not by the time. Who does
-- nothing behind it has not gone by it, unless that is where it failed.
local function is_nap(step, ender)
  local look, again = step.previous, step.following
  while again and again.op == "sleep" do again = again.following end
  if not again then return step.task ~= ender end
  return look ~= nil and look.line == again.line and look.subject == again.subject and look.op == again.op
end

-- The first step in which a task sleeps by a line of the file, and does something then.
local function sleeping(story)
  for _, step in ipairs(story.steps) do
    local is_here = step.op == "sleep" and step.line and step.opening == step
    if is_here and not is_nap(step, story.run.ender) then return step end
  end
end

-- ---- the diagnosers ----

-- Who waits for ever, or dies by an error, does so for another reason.
local function slept(case)
  local ending = case.story.run.ending
  local step = ending ~= "deadlock" and ending ~= "error" and sleeping(case.story)
  if not step then return nil end
  return {
    text = ("line %d sleeps and takes it that the others have come so far by then: a sleep is a guess, not a wait.")
      :format(step.line),
    notes = { [step] = "<- a sleep is a guess" },
  }
end

local function timed_out(case)
  local found = pattern_of(case, "timeout")
  if not found then return nil end
  local step = found.marks[1]
  return {
    text = ("the time of line %d is over, though the others are only slow: a timeout means \"not yet\", never \"it "
      .. "will not come\"."):format(step.line or 0),
    notes = { [found.marks[2]] = "<- its time is over" }, marks = found.marks,
  }
end

local NOTES = {
  ["lost signal"] = { "<- nobody listens", "<- waits for what was before" },
  ["event cleared too early"] = { nil, "<- cleared", "<- too late for it" },
  ["too few woken"] = { "<- wakes one", "<- sleeps on" },
  ["woken, not looked again"] = { "<- wakes it", "<- comes in between", nil, "<- takes it for granted" },
}

local function lost_signal(case)
  local found = pattern_of(case, "lost signal", "event cleared too early", "too few woken", "woken, not looked again")
  if not found then return nil end
  local seen = found.name == "lost signal" and woken.by_what_it_sees(case)
  if seen then return seen end
  local notes = {}
  for i, step in ipairs(found.marks) do notes[step] = NOTES[found.name][i] end
  return { text = found.text, notes = notes, marks = found.marks }
end

-- Who waits for a semaphore that keeps nobody out need not be the one that would do what the other waits for.
local function holds_a_gate(case, found)
  return found.name == "waits with a lock" and locks.is_gate(case, found.marks[1].subject)
end

-- It waits by no line of the file: what it has had to do is done, and the lab keeps it.
local function kept_lock(case, found)
  local taken, wait = found.marks[1], found.marks[2]
  if found.name ~= "waits with a lock" or wait.line or not taken.line or taken == wait then return nil end
  return {
    text = ("%s took %s (line %d) and has done its part without giving it back."):format(case.names:task(taken.task),
      words.name(taken, case.names), taken.line),
    notes = { [taken] = "<- never given back" }, marks = { taken, wait, found.marks[3] },
  }
end

local function circle(case)
  local found = pattern_of(case, "lock order", "hold and wait", "queues in a circle", "waits with a lock",
    "nested monitor")
  if not found or holds_a_gate(case, found) then return nil end
  return kept_lock(case, found) or { text = found.text, notes = {}, marks = found.marks }
end

local KILLS = { kill = true, terminate = true, signal = true }

-- Whether the pattern is of a task that the lab itself has ended, as lab.waits does.
local function is_of_lab_kill(case, found)
  local dies = false
  for _, step in ipairs(found.marks) do dies = dies or step.how == "dies" and not step.killed end
  for _, step in ipairs(dies and case.story.steps or {}) do
    local line = KILLS[step.op] and case.story.script:line(step.file, step.line)
    if line and line:find(step.op, 1, true) then return false end
  end
  return dies
end

-- What explore's patterns prove besides; races are told by their locks, or not at all. Of what the lab claims when all
-- is over what somebody has seen meanwhile proves nothing.
local SEEN = { ["torn read"] = true, ["half a change seen"] = true }

local function any_pattern(case)
  local found = case.pattern
  if found and SEEN[found.name] and case.story.run.ender == "0" then return nil end
  if not found or locks.is_race(found) or holds_a_gate(case, found) or is_of_lab_kill(case, found) then return nil end
  return { text = found.text, notes = {}, marks = found.marks }
end

-- What A has read is changed by B; had B come first, it would have passed. Of other steps that says too little.
local function swap(case)
  local read, change = (case.swap or {}).earlier, (case.swap or {}).later
  if not read or not parts.reads(read) or not parts.changes(change) or parts.id(read) ~= parts.id(change) then
    return nil
  end
  local wait = case.story.waiting[read.task]
  if wait and wait.kind == "condition" then return nil end -- what it lacks is a notify
  if not read.line or not change.line or words.is_of_lab(read) or words.is_of_lab(change) then return nil end
  return {
    text = ("%s looks at %s in line %d before %s changes it (line %d): the other way round it passes."):format(
      case.names:task(read.task), case.names:part(read), read.line, case.names:task(change.task), change.line),
    notes = { [change] = "<- changes it" }, marks = { read, change },
  }
end

-- It has returned what it was given to call (judge/world notes that).
local function not_called(case)
  for _, step in ipairs(case.story.steps) do
    local name = step.said and step.said:match "^returns (%S+), and does not call it$"
    if name then
      return {
        text = ("%s returns `%s`, and does not call it: %s() is a call."):format(case.names:task(step.task), name,
          name),
        notes = {}, marks = { step },
      }
    end
  end
end

local LIST = { not_called, slips.find, plain.waited_for, held.not_taken, refused.ignored, locks.own_lock, own.thing,
  locks.too_late, locks.too_short, locks.no_common_lock, locks.both_read, timed_out, woken.not_told, lost_signal,
  woken.blindly, queues.nils, circle, slept, queues.nil_first, queues.done_too_early, held.kept, held.itself,
  held.one_each, pipes.still_open, any_pattern, plain.variable, queues.not_by_taker, queues.full_by_then, swap,
  half.seen, half.old, woken.by_what_it_sees, signals.nobody_takes, signals.nobody_gives, went_on.by, went_on.past }

--- The likeliest, or nil.
function diagnose.of(case)
  for _, diagnoser in ipairs(LIST) do
    local found = diagnoser(case)
    if found then return found end
  end
end

return diagnose
