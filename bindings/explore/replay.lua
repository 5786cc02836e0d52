--- Replay: the command. Runs the script once, under the schedule of a file or of a code, and tells what came of it.
local encode = require "formats.json_encode"
local failure = require "explore.schedule.failure"
local moves = require "explore.schedule.moves"
local output = require "formats.output"
local printable = require "explore.story.printable"
local replay_file = require "explore.schedule.replay_file"
local session = require "explore.session"
local write = require "explore.report.report"

local FOUND, NOT_EXACT, INTERRUPTED = 1, 3, 130

-- What is to be run: script, arguments, seed, moves; of a file also steps, hash and failure.
local function of_code(options)
  local seed, list = moves.read_code(options.schedule)
  if not seed then session.fail(("'--schedule=%s': %s"):format(options.schedule, list)) end
  return { seed = seed, moves = list, script = options.script, arguments = options.arguments }
end

local function of_file(options)
  local schedule, why = replay_file.read(options.file)
  if not schedule then session.fail(why) end
  if options.script then
    schedule.script, schedule.arguments = options.script, options.arguments
  end
  return schedule
end

local function line_of(step)
  return step and step.line > 0 and (" at line %d"):format(step.line) or ""
end

local function step_words(step)
  if not step then return "there is none" end
  local object = step.object ~= "-" and " of " .. printable.text(step.object) or ""
  return ("it is %s%s by task %s%s"):format(step.operation, object, step.task, line_of(step))
end

-- What differs from the file; nil: nothing that matters.
local function changes_of_file(schedule, whole)
  local steps = replay_file.steps_of(whole.events, whole.objects)
  local expected, found = replay_file.first_difference(schedule.steps, steps)
  local changed = schedule.hash ~= replay_file.hash(schedule.script)
  if not expected and not found then
    return changed and "the script has changed, but its steps have not" or nil
  end
  if changed then return "the script has changed" .. line_of(expected or found) end
  return ("not exact: step %d was to be %s; now %s"):format((expected or found).number,
    expected and step_words(expected):gsub("^it is ", "") or "none", step_words(found))
end

local function changes_of_code(whole)
  local run = whole.run
  if (run.deviations or 0) == 0 then return nil end
  return ("the schedule does not fit at step %d: has the script changed, or its arguments?"):format(
    run.first_deviation or 1)
end

local function changes_of(schedule, whole)
  if schedule.steps then return changes_of_file(schedule, whole) end
  return changes_of_code(whole)
end

local function tell(here, whole, changes)
  if not here.options.json and whole.output ~= "" then
    io.stdout:write(whole.output)
    if not whole.output:find "\n$" then io.stdout:write "\n" end
  end
  if not failure.is(whole.run) then
    local status = changes and NOT_EXACT or 0
    if here.options.json then
      io.stdout:write(encode{ status = status, kind = "none", output = whole.output, changes = changes }, "\n")
    else
      io.stdout:write "passed: no failure under this schedule\n"
    end
    write.page(here, whole)
    return status
  end
  io.stdout:write(write.failure(here, whole))
  write.page(here, whole)
  return FOUND
end

local function replay(here, schedule, interactive)
  local plan = { moves = moves.text(schedule.moves, " "), strategy = "none", everywhere = true, tells = true }
  local whole = here:whole(plan)
  if not whole then return INTERRUPTED end
  local changes = changes_of(schedule, whole)
  if changes then io.stderr:write("tidelock: ", changes, "\n") end
  if interactive then return require "explore.prompt.prompt"(here, schedule.script, whole) end
  return tell(here, whole, changes)
end

--- Runs the command with its options (explore/options); the exit status.
return function(options)
  local schedule = options.schedule and of_code(options) or of_file(options)
  if options.html then
    local others = { { schedule.script, "the script" } }
    others[2] = options.file and { options.file, "the schedule" }
    output.check(options.html, "--html", "the page", others)
  end
  local here = session.open{
    script = schedule.script, arguments = schedule.arguments, seed = schedule.seed, jobs = 1, json = options.json,
    mermaid = options.mermaid, html = options.html, input = not options.interactive, -- the prompt reads it
  }
  local well, status = pcall(replay, here, schedule, options.interactive)
  here:close()
  if not well then error(status, 0) end
  return status
end
