--- Findings: what the schedules of a lab have said: how they failed, and what came true.
local failure = require "explore.schedule.failure"

local findings = {}

local FIELDS = {
  reject = { "property", "sentence" }, cheat = { "name", "why", "place" }, unread = { "sentence" }, loop = { "place" },
  steps = { "steps", "place" }, goal = { "sentence" },
}

--- What the world of a lab has said as it ended a schedule (judge/world, judge/board.h): { what = "reject", property =,
-- sentence = }, ...; nil: it was another end. A student cannot say it: ipc.always puts its place before the text.
function findings.said(run)
  local text = run.ending == "always" and (run.message or ""):match "^\1lab\1(.*)$"
  if not text then return nil end
  local parts = {}
  for part in (text .. "\1"):gmatch "([^\1]*)\1" do parts[#parts + 1] = part end
  local said = { what = parts[1] }
  for i, field in ipairs(FIELDS[said.what] or {}) do said[field] = parts[i + 1] end
  return said
end

-- A schedule is no part of these: the file does it in any, or it needs all of the time or the memory.
local ALONE = { cheat = true, loop = true, steps = true, unread = true }

--- Whether the failure is told without its schedule.
function findings.is_alone(run)
  local said = findings.said(run)
  if said then return ALONE[said.what] or false end
  local text = run.message or ""
  return run.ending == "hangs" or run.ending == "error"
    and (text:find("not enough memory", 1, true) or text:find("shared memory is full", 1, true)
      or text:find("stack overflow", 1, true)) ~= nil
end

local function normal(text)
  return (text:gsub("%d+", "N"))
end

--- Equal for failures that are the same; nil: it passed.
function findings.key(run)
  local said = findings.said(run)
  if not said then return failure.key(run) end
  return ("%s|%s|%s"):format(said.what, said.property or said.name or "", normal(said.sentence or said.place or ""))
end

--- The property that a failed run has broken: the lab's, or "ends".
function findings.property(run)
  local said = findings.said(run)
  return said and said.property or "ends"
end

--- Of all schedules: labels that are there and whether they came, how many passed, the first failure of each property,
--- and the plan of the first one in which a task looks again and again.
function findings.new()
  return { labels = {}, passed = 0, failed = {} }
end

function findings.took(state, run, plan)
  for label, came in pairs(run.labels or {}) do
    if label:find "^lab:" then state.labels[label] = state.labels[label] or came end
  end
  if run.ending ~= "passed" then return end
  state.passed = state.passed + 1
  if run.polls and not state.polls then state.polls = plan end
end

function findings.add(state, found)
  local property = findings.property(found.run)
  state.failed[property] = state.failed[property] or found
end

--- The labels of lab.sometimes that never came, { property =, text = }, sorted.
function findings.missing(state)
  local list = {}
  for label, came in pairs(state.labels) do
    local property, text = label:match "^lab:([^:]*):(.*)$"
    if property and not came then list[#list + 1] = { property = property, text = text } end
  end
  table.sort(list, function(a, b) return a.property .. a.text < b.property .. b.text end)
  return list
end

return findings
