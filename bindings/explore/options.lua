--- Options: the command lines of `tidelock explore` and `tidelock replay`.
--
-- Options stand before the script; what stands behind it is the script's. `--runs 5` and `--runs=5` are the same, and
-- `--` ends the options.
local read = require "help.options"

local whole, seconds, any, refuse = read.whole, read.seconds, read.any, read.refuse

local options = {}

local JSON = { "--json", to = "json", text = "report for tools" }
local MERMAID = { "--mermaid", to = "mermaid", text = "report with a sequence diagram" }
-- The report has the standard output.
local function page(text)
  if text ~= "" and text ~= "-" then return text end
  return nil, "a file, which the page is written into"
end

local HTML = { "--html", value = "OUT", to = "html", read = page, completes = "file",
  text = "write the schedule as a page for a browser, too" }
local HELP = { "-h", "--help", to = "help", text = "this text" }

local EXPLORE = {
  name = "explore",
  brief = "finds the schedule in which a script fails",
  text = "Runs the script under many schedules, and explains the first one under which it fails.",
  synopsis = { "[options] script [arguments]" },
  arguments = { "script" },
  more = true,
  options = {
    { "--runs", value = "N", to = "runs", read = whole(1, "schedules to run"),
      text = "end after N schedules (10000; with --all, none)" },
    { "--time", value = "S", to = "time", read = seconds, text = "end after S seconds (10; with --all, none)" },
    { "--seed", value = "N", to = "seed", read = whole(0, "the same seed gives the same search"),
      text = "of the strategies, and of the script's math.random (1)" },
    { "--all", to = "all", text = "try all schedules that differ, for small scripts" },
    { "--kills", value = "N", to = "kills", read = whole(0, "tasks that may be killed in one schedule"),
      text = "kill at most N tasks, not the main one, at any step" },
    { "--no-delays", to = "no_delays", text = "no task stands still while the clock goes on" },
    { "--switches", value = "N", to = "switches", read = whole(0, "pre-emptions that a schedule may have"),
      text = "only schedules and failures with at most N pre-emptions" },
    { "--jobs", value = "N", to = "jobs", read = whole(1, "schedules that run at a time"),
      text = "so many schedules at a time (one a CPU)" },
    JSON, MERMAID, HTML,
    { "-o", value = "FILE", to = "file", read = any, completes = "file",
      text = "write the failing schedule, for tidelock replay" },
    HELP,
  },
  status = "0 no failing schedule, 1 one was found or an ipc.sometimes never came true, 2 wrong use, 3 not exact, as "
    .. "the script used things outside, and nothing was found, or no schedule has ended, 130 after Ctrl-C.",
}

local REPLAY = {
  name = "replay",
  brief = "repeats a schedule that was found",
  text = "Runs the script once, under the schedule of a file that tidelock explore -o has written, or of a code that "
    .. "it has shown.",
  synopsis = { "FILE [script [arguments]]", "--schedule=CODE script [arguments]" },
  arguments = { "file", "script" },
  more = true,
  options = {
    { "--schedule", value = "CODE", to = "schedule", read = any, text = "the code of the schedule, instead of a file" },
    { "-i", to = "interactive", text = "stop at the failing step, with a prompt: help there tells more" },
    JSON, MERMAID, HTML, HELP,
  },
  status = "0 it passed, 1 it failed, 2 wrong use, 3 the script has changed, and it passed.",
}

local MOST_JOBS = 64

-- The script and its arguments, from the word at `at`.
local function take_script(found, words, at)
  found.script = words[at]
  found.arguments = table.move(words, at + 1, #words, 1, {})
end

local function finish_explore(found, words, at)
  take_script(found, words, at)
  if not found.script then refuse "which script? Give its path: tidelock explore script.lua" end
  if found.script == "-" then refuse "standard input is no script here: give the path of a file" end
  if (found.jobs or 1) > MOST_JOBS then refuse("'--jobs=%d': the value is at most %d", found.jobs, MOST_JOBS) end
  if found.json and found.mermaid then refuse "'--json' and '--mermaid' are two reports: choose one" end
  found.seed = found.seed or 1
  found.kills = found.kills or 0
  found.limited = found.runs ~= nil or found.time ~= nil
  if not found.all then
    found.runs = found.runs or 10000
    found.time = found.time or 10
  end
end

local function finish_replay(found, words, at)
  if found.schedule then
    take_script(found, words, at)
    if not found.script then
      refuse "which script? Give its path: tidelock replay --schedule=CODE script.lua"
    end
  else
    found.file = words[at]
    take_script(found, words, at + 1)
    if not found.file then refuse "which schedule? Give a FILE of tidelock explore -o, or --schedule=CODE" end
  end
  if found.interactive and (found.json or found.mermaid) then
    refuse("'-i' asks what to show: leave '%s' out", found.json and "--json" or "--mermaid")
  end
  if found.interactive and found.html then refuse "'-i' asks what to show: leave '--html' out" end
  if found.json and found.mermaid then refuse "'--json' and '--mermaid' are two reports: choose one" end
end

--- Reads the words behind `explore`: a table of options, with script and arguments; or nil and the text for the user.
options.explore = read.reader(EXPLORE, finish_explore)

--- Reads the words behind `replay`, as above; the file, or the schedule's code, are in it.
options.replay = read.reader(REPLAY, finish_replay)

--- Their rows in the table of commands (program/commands.lua).
options.commands = { explore = EXPLORE, replay = REPLAY }

return options
