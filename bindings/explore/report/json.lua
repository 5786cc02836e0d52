--- The reports of explore for tools: one object of JSON.
---
--- Of a failure: status, kind, what (the first line's words), message, file, line, pattern, explanation, remedy,
--- schedule, rate, command, inexact, differs, moves, steps, stops, flip, outcomes, labels, notices, statistics.  Where
--- nothing failed: status, schedules, missing (labels), outcomes, notices, statistics.
local encode = require "formats.json_encode"
local explain = require "explore.explain.explain"
local first_line = require "explore.explain.first_line"
local message = require "explore.explain.message"
local moves = require "explore.schedule.moves"
local outcomes = require "explore.explain.outcomes"

local json = {}

local FOUND = 1

local function step_of(step, names)
  return {
    step = step.step, task = step.task, name = names:task(step.task), how = step.how, op = step.op, kind = step.kind,
    object = step.subject and names:object(step.subject), part = step.part, file = step.file, line = step.line,
    call = step.call, result = step.result, state = step.state, time = step.time, waits = step.waits or nil,
    stopped = step.stopped or nil, killed = step.killed or nil, matters = step.mark or nil,
    fails = step.failing or nil, could = step.could,
  }
end

local function steps_of(story)
  local list = {}
  for i, step in ipairs(story.steps) do list[i] = step_of(step, story.names) end
  return list
end

local function swap_of(swap, names)
  return swap and { earlier = step_of(swap.earlier, names), later = step_of(swap.later, names), moves = swap.moves }
end

local function outcomes_of(list)
  local rows = {}
  for i, each in ipairs(outcomes.sorted(list)) do
    rows[i] = { text = each.text, count = each.count, share = each.share, command = each.command }
  end
  return rows
end

-- A label with whether it came, in an object even where there is none.
local function labels_of(labels)
  local list = {}
  for label, came in pairs(labels or {}) do list[#list + 1] = { label = label, came = came } end
  table.sort(list, function(a, b) return a.label < b.label end)
  return list
end

local function statistics_of(run)
  return { steps = run.steps, choices = run.choices, time = run.time, real = run.real, deviations = run.deviations }
end

--- found and options as explain.report has them; `run` runs a plan.
function json.failure(found, options, run)
  local story, pattern, swap = explain.understand(found, options.script, run)
  local file, line = message.place(found.run)
  return encode{
    status = FOUND, kind = found.run.ending, what = pattern and pattern.title or first_line.kind(story),
    message = found.run.message, file = file, line = line, pattern = pattern and pattern.name,
    explanation = pattern and pattern.text, remedy = pattern and pattern.remedy, script = options.script,
    schedule = found.schedule_number, rate = found.rate, command = found.command, inexact = found.inexact,
    differs = found.differs,
    moves = moves.text(moves.of_events(found.events), " "), steps = steps_of(story),
    switches = story.stops, delays = story.clocks, kills = story.kills, flip = swap_of(swap, story.names),
    outcomes = outcomes_of(found.outcomes), labels = labels_of(found.labels or found.run.labels),
    notices = found.run.notices or {}, output = found.output, statistics = statistics_of(found.run),
  } .. "\n"
end

--- hunt: the search; why it ended; the outcomes; the exit status.
function json.nothing(hunt, why, list, status)
  local found = hunt.findings
  return encode{
    status = status, kind = "none", ended = why, exhausted = hunt.exhausted or false, schedules = hunt.taken,
    seconds = hunt.seconds, missing = found:missing(), outcomes = outcomes_of(list), labels = labels_of(found.labels),
    notices = { table.unpack(found.notices) }, went_outside = found.went_outside or false,
    statistics = { steps = found.steps, choices = found.choices },
  } .. "\n"
end

return json
