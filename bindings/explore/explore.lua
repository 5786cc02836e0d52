--- Explore: the command. Search, shrink, explain; and which exit status.
local command_text = require "explore.schedule.command_text"
local cost = require "explore.schedule.cost"
local failure = require "explore.schedule.failure"
local moves = require "explore.schedule.moves"
local output = require "formats.output"
local replay_file = require "explore.schedule.replay_file"
local search = require "explore.search.search"
local session = require "explore.session"
local shrink = require "explore.search.shrink"
local summary = require "explore.report.summary"
local write = require "explore.report.report"

local FOUND, NOT_EXACT, INTERRUPTED = 1, 3, 130
local OUTCOMES_SHRUNK, RUNS_EACH, SECONDS_EACH = 8, 40, 0.2
local HANGS = { runs = 1 } -- each run lasts as long as the host is patient

local function executor(here)
  return function(plan) return here:one(plan) end
end

-- ---- outcomes: each with a schedule that has it ----

local function outcome_key(run)
  return run.ending == "passed" and run.outcome or nil
end

local function command_of_outcome(here, row)
  local run = { ending = "passed", outcome = row.text }
  local short = shrink.run({ run = run, events = row.events }, executor(here), here.clock,
    { runs = RUNS_EACH, seconds = SECONDS_EACH, key_of = outcome_key })
  if not short.exact then return nil end
  return command_text.of_code(here.options, short.short)
end

-- The list that explore/explain/outcomes shows; the ones that come most often with a command.
local function outcomes_of(here, found)
  local list = {}
  for i, row in ipairs(found.outcomes) do list[i] = { text = row.text, count = row.count, row = row } end
  table.sort(list, function(a, b) return a.count > b.count or a.count == b.count and a.text < b.text end)
  for i, each in ipairs(list) do
    if i <= OUTCOMES_SHRUNK and each.row.events then each.command = command_of_outcome(here, each.row) end
    each.row = nil
  end
  return list
end

-- ---- a failure ----

local function shrink_it(here, found)
  return shrink.run(found, executor(here), here.clock, found.run.ending == "hangs" and HANGS or nil)
end

-- The schedule once more, with all that is told of it; where it does not fail again, what is known of the first time.
local function whole_of(here, found, short)
  local plan = { moves = moves.text(short.moves, " "), strategy = "none", everywhere = true, tells = true }
  local whole = short.exact and here:whole(plan)
  if whole and failure.key(whole.run) == failure.key(found.run) then return whole end
  return { plan = found.plan, run = found.run, events = found.events, tasks = found.tasks, objects = found.objects,
    told = {}, output = "", inexact = not here.interrupted }
end

local function passing_of(here, short)
  if not short.passing then return nil end
  local whole = here:whole{ moves = moves.text(short.passing, " "), strategy = "none", everywhere = true }
  return whole and whole.run.ending == "passed" and whole.events or nil
end

local function save(here, whole, comment)
  local options = here.options
  return replay_file.write(options.file, {
    script = options.script, arguments = options.arguments, hash = replay_file.hash(options.script) or "0",
    seed = options.seed, moves = moves.of_events(whole.events), failure = failure.key(whole.run),
    steps = replay_file.steps_of(whole.events, whole.objects), comment = comment,
  })
end

local function command_of(here, short, whole)
  local options = here.options
  if whole.inexact then return nil end
  if options.file then return command_text.of_file(options.file) end
  local list = short.short
  if here.interrupted then
    list = moves.of_events(whole.events, cost.needed(whole.events, whole.tasks))
  end
  return command_text.of_code(options, list)
end

-- A line of its own, for people: not in the midst of JSON or a diagram.
local function note(here, line)
  if not line then return end
  local file = (here.options.json or here.options.mermaid) and io.stderr or io.stdout
  file:write(line, "\n")
end

-- Tells it; the file is written first, as its comment is the same text without colour.
local function tell(here, hunt, short)
  local found = hunt.failure
  local whole = whole_of(here, found, short)
  whole.passing = passing_of(here, short)
  whole.schedule_number, whole.cost = found.number, short.cost
  whole.rate = hunt.taken / math.max(hunt.seconds, 0.001)
  whole.outcomes = outcomes_of(here, hunt.findings)
  whole.labels = hunt.findings.labels
  whole.command = command_of(here, short, whole)
  if here.options.file then
    local well, why = save(here, whole, write.plain(here, whole))
    if not well then session.fail("the schedule cannot be written: " .. why) end
  end
  whole.differs = summary.differs(hunt.findings)
  io.stdout:write(write.failure(here, whole))
  write.page(here, whole)
  note(here, here.interrupted and "interrupted before it was as short as can be")
  note(here, whole.inexact and "not exact: run again under the same schedule, it did not fail in the same way")
  note(here, whole.differs)
  return FOUND
end

-- ---- nothing ----

local function status_of(hunt, why)
  if why == "interrupted" then return INTERRUPTED end
  if hunt.taken == 0 then return NOT_EXACT end
  if #hunt.findings:missing() > 0 then return FOUND end
  return (hunt.findings.went_outside or hunt.taken == 0) and NOT_EXACT or 0
end

local function tell_nothing(here, hunt, why)
  local list = why ~= "interrupted" and outcomes_of(here, hunt.findings) or {}
  local status = status_of(hunt, why)
  io.stdout:write(write.nothing(here, hunt, why, list, status))
  return status
end

-- ---- the hunt ----

-- Searches on until a failure is found that is one of those asked for: it, shrunk; nil, and why there is none.
local function hunt_on(here, hunt, deadline)
  local progress, clear = here:progress()
  while true do
    local why = here.jobs:run(hunt, deadline, progress)
    clear()
    hunt.seconds = here:seconds()
    if not hunt.failure then return nil, why end
    local short = shrink_it(here, hunt.failure)
    local most = here.options.switches
    if not most or short.cost.preemptions <= most then return short end
    hunt:refuse()
    if short.interrupted then return nil, "interrupted" end
  end
end

local function explore(here)
  local options = here.options
  local hunt = search.new(options)
  local short, why = hunt_on(here, hunt, options.time and here.began + options.time)
  if short then return tell(here, hunt, short) end
  return tell_nothing(here, hunt, why)
end

--- Runs the command with its options (explore/options); the exit status.
return function(options)
  local others = { { options.script, "the script" } }
  if options.file then output.check(options.file, "-o", "the schedule", others) end
  others[#others + 1] = options.file and { options.file, "the schedule of -o" }
  if options.html then output.check(options.html, "--html", "the page", others) end
  local here = session.open(options)
  local well, status = pcall(explore, here)
  here:close()
  if not well then error(status, 0) end
  return status
end
