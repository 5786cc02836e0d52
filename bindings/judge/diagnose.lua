--- Diagnose: why it happened, in one sentence, and what the table says beside the steps.
--
-- The diagnosers are asked in the order in which they are to be trusted; the first that has an answer is told. Each is
-- a function of a case { story, names, patterns, pattern, swap } that returns { text =, notes = { [step] = text },
-- marks = steps }, or nil: it proves nothing.
local locks = require "judge.diagnose_locks"
local words = require "judge.words"

local diagnose = {}

local function pattern_of(case, ...)
  for _, name in ipairs{ ... } do
    for _, found in ipairs(case.patterns) do
      if found.name == name then return found end
    end
  end
end

-- The first step in which a task sleeps by a line of the file.
local function sleeping(story)
  for _, step in ipairs(story.steps) do
    if step.op == "sleep" and step.line and step.opening == step then return step end
  end
end

-- ---- the diagnosers ----

local function slept(case)
  local step = sleeping(case.story)
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
    notes = { [found.marks[2]] = "<- its time is over" },
  }
end

local NOTES = {
  ["lost signal"] = { "<- nobody listens", "<- waits for what was before" },
  ["event cleared too early"] = { nil, "<- cleared", "<- too late for it" },
  ["too few woken"] = { "<- wakes one", "<- sleeps on" },
  ["woken, not looked again"] = { "<- wakes one", "<- comes in between", nil, "<- takes it for granted" },
}

local function lost_signal(case)
  local found = pattern_of(case, "lost signal", "event cleared too early", "too few woken", "woken, not looked again")
  if not found then return nil end
  local notes = {}
  for i, step in ipairs(found.marks) do notes[step] = NOTES[found.name][i] end
  return { text = found.text, notes = notes }
end

-- Tasks that take from the queue until a nil comes.
local function nils(case)
  local story, waiting = case.story, nil
  if story.run.ending ~= "deadlock" then return nil end
  for _, wait in pairs(story.waiting) do
    if wait.kind == "queue" and wait.op == "get" then waiting = waiting or wait end
  end
  if not waiting then return nil end
  local put, takers, seen = 0, 0, {}
  for _, step in ipairs(story.steps) do
    if step.subject == waiting.subject and step.op == "put" and (step.call or ""):find "^put nil" then put = put + 1 end
    if step.subject == waiting.subject and step.op == "get" and not seen[step.task] then
      seen[step.task], takers = true, takers + 1
    end
  end
  if put == 0 or put >= takers then return nil end
  return {
    text = ("%d nil%s put into %s, and %d tasks take from it: one nil sends one of them home."):format(put,
      put == 1 and " was" or "s were", words.name(waiting, case.names), takers),
    notes = { [waiting] = "<- for ever" },
  }
end

local function circle(case)
  local found = pattern_of(case, "lock order", "hold and wait", "queues in a circle", "waits with a lock",
    "nested monitor")
  if not found then return nil end
  return { text = found.text, notes = {}, marks = found.marks }
end

-- What explore's patterns prove besides.
local function any_pattern(case)
  local found = case.pattern
  return found and { text = found.text, notes = {} } or nil
end

-- Had it been the other way round, it would have passed.
local function swap(case)
  local found = case.swap
  if not found or not found.later.line or not found.earlier.line then return nil end
  return {
    text = ("line %d of %s must come before line %d of %s, and nothing sees to that."):format(found.later.line,
      case.names:task(found.later.task), found.earlier.line, case.names:task(found.earlier.task)),
    notes = { [found.earlier] = "<- too early" },
  }
end

local LIST = { locks.own_lock, locks.too_late, locks.too_short, locks.no_common_lock, timed_out, lost_signal, nils,
  circle, slept, any_pattern, swap }

--- The likeliest, or nil.
function diagnose.of(case)
  for _, diagnoser in ipairs(LIST) do
    local found = diagnoser(case)
    if found then return found end
  end
end

return diagnose
