--- Check: a lab, a student's file: the verdict.
--
--   require "judge.check"(lab, path_of_student_file, options) -> verdict
--
-- To try it without the command line:
--   TIDELOCK_EXPLORER=spec/support/labs/check.lua tidelock explore LAB-DIRECTORY STUDENT-FILE
--
-- options: jobs (one more than CPUs), runs (instead of the lab's), cap (seconds; 10), seed (1), width (80), color, idle
-- (the student's functions are replaced by ones that do nothing: a lab that lets this pass is empty), judge (go on
-- behind the first failure, to judge the other properties too), stop (a function that is asked now and then: true ends
-- the search), found (a function that is given the failing schedule and what runs plans, while they can be run).
local cost = require "explore.schedule.cost"
local findings = require "judge.findings"
local host = require "explore.host"
local hunt = require "judge.hunt"
local session = require "explore.session"
local shrink = require "explore.search.shrink"
local moves = require "explore.schedule.moves"
local plain_file = require "judge.plain_file"
local source_text = require "judge.source_text"
local syntax = require "judge.syntax"
local verdict = require "judge.verdict"

local WORLD = "=judge.world"
local RUNS, CAP, PATIENCE = 4000, 10, 20
local JUDGED = 200 -- schedules behind the first failure
local VAIN = 16 -- of which one at least must pass
local SHRUNK, LEAST, MOST = 20000, 12, 300 -- events of all runs that shrink one, and how many runs that is
local MEMORY = "256M" -- that all tasks of a schedule share
local SECONDS = 60 -- they are never over: else the answer would hang on the machine

-- Why the file cannot be checked at all; nil: it can.
local function unread(lab, path)
  if lab.kind == "break" and not path then return nil end
  local text, why = plain_file(path)
  if not text then return "the file cannot be read: " .. why end
  text = source_text(text)
  if not text:find "%S" then return "the file is empty" end
  if text:find "^\xFF\xFE" or text:find "^\xFE\xFF" then return "the file is UTF-16: save it as UTF-8" end
  if text:byte() == 27 then return "the file is binary: it must be Lua text" end
  if not text:gsub("%-%-%[(=*)%[.-%]%1%]", ""):gsub("%-%-[^\n]*", ""):find "%S" then
    return "all of the file is commented out"
  end
  local chunk, wrong = load(text, "@" .. path, "t", {})
  if not chunk then return "the file is no Lua: " .. syntax.words(wrong, text) end
end

-- One worker more than CPUs: the tasks of a schedule hand over to one another, and meanwhile a CPU is idle.
local function open(lab, path, options)
  local count = options.jobs or host.cpus() + 1
  local here = session.open{
    script = WORLD, arguments = { lab.directory .. "/lab.lua", path or "", options.idle and "idle" or "" },
    jobs = count, seed = options.seed or 1, patience = PATIENCE, memory = MEMORY, input = false,
  }
  here.lab = lab
  here.count = count
  return here
end

local function execute(here)
  return function(plan) return here:one(hunt.plan(plan, here.lab)) end
end

-- Nobody looks at the schedule of a failure that has little to do with it; and each run of it is a long one.
local function as_it_is(found)
  local list = moves.of_events(found.events)
  return { moves = list, short = list, cost = cost.of(found.events), exact = false }
end

local function shrunk(here, found)
  if findings.is_alone(found.run) then return as_it_is(found) end
  local runs = math.max(LEAST, math.min(SHRUNK // #found.events, MOST))
  return shrink.run(found, execute(here), here.clock, { runs = runs, seconds = SECONDS, key_of = findings.key })
end

-- The failing schedule, short, with all that is told of it.
local function failing(here, finder)
  local found = finder.failure
  local short = shrunk(here, found)
  local plan = { moves = moves.text(short.moves, " "), strategy = "none", tells = true }
  local whole = short.exact and here:whole(hunt.plan(plan, here.lab))
  if not whole or findings.key(whole.run) ~= findings.key(found.run) then
    whole = { plan = found.plan, run = found.run, events = found.events, tasks = found.tasks, objects = found.objects,
      told = {}, output = "" }
  end
  whole.cost, whole.number, whole.short = short.cost, found.number, short.short
  return whole
end

-- Such schedules take so long, or so much memory, that nothing else is judged behind one.
local function is_endless(run)
  local said = findings.said(run)
  return run.ending == "hangs" or run.ending == "error" and findings.is_alone(run)
    or said and (said.what == "loop" or said.what == "steps")
end

-- Properties that have failed in some schedule, with the first one of each; only where all are to be judged. It is a
-- number of schedules that ends it, so that the points are the same on every machine.
local function judge_on(here, finder, deadline, state)
  if finder.failure then finder.options.runs = math.min(finder.options.runs, finder.started + JUDGED) end
  while finder.failure do
    findings.add(state, finder.failure)
    if is_endless(finder.failure.run) or state.passed == 0 and finder.taken >= VAIN then return end
    finder.failure = nil
    state.why = hunt.run(here, finder, deadline, state.took)
  end
  state.judged = state.why == "done"
end

local function runner(here)
  return function(plan) return (here:one(hunt.plan(plan, here.lab))) end
end

local function run(lab, path, options, here)
  local finder = hunt.new(lab, { runs = options.runs or lab.runs or RUNS, seed = options.seed })
  local state = findings.new()
  local deadline = here.clock() + (options.cap or CAP)
  state.took = function(row) findings.took(state, row.run, row.plan) end
  state.why = hunt.run(here, finder, deadline, state.took, options.stop)
  local whole = finder.failure and failing(here, finder)
  if whole and options.found then options.found(whole, runner(here)) end
  if options.judge then judge_on(here, finder, deadline, state) end
  return verdict.new{
    lab = lab, path = path, options = options, finder = finder, state = state, whole = whole,
    seconds = here:seconds(),
    passing = function(plan) return here:whole(hunt.plan(plan or { strategy = "none", tells = true }, lab)) end,
    run = runner(here),
  }
end

return function(lab, path, options)
  options = options or {}
  local why = not options.idle and unread(lab, path)
  if why then return verdict.unread(lab, path, why, options) end
  local here = open(lab, path, options)
  local well, found = xpcall(run, debug.traceback, lab, path, options, here)
  here:close()
  if not well then error(found, 0) end
  return found
end
