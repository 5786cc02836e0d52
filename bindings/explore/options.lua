--- Options: the command lines of `tidelock explore` and `tidelock replay`.
--
-- Options stand before the script; what stands behind it is the script's. `--runs 5` and `--runs=5` are the same, and
-- `--` ends the options.
local options = {}

local EXPLORE_USAGE = [=[
usage: tidelock explore [options] script [arguments]
Runs the script under many schedules, and explains the first one under which it fails.
  --runs N      end after N schedules (10000; with --all, none)
  --time S      end after S seconds (10; with --all, none)
  --seed N      of the strategies, and of the script's math.random (1)
  --all         try all schedules that differ, for small scripts
  --kills N     kill at most N tasks, not the main one, at any step
  --no-delays   no task stands still while the clock goes on
  --switches N  only schedules and failures with at most N pre-emptions
  --jobs N      so many schedules at a time (one a CPU)
  --json        report for tools
  --mermaid     report with a sequence diagram
  -o FILE       write the failing schedule, for tidelock replay
Exit status: 0 no failing schedule, 1 one was found or an ipc.sometimes never came true, 2 wrong use,
3 not exact, as the script used things outside, and nothing was found, or no schedule has ended, 130 after Ctrl-C.
]=]

local REPLAY_USAGE = [=[
usage: tidelock replay FILE [script [arguments]]
       tidelock replay --schedule=CODE script [arguments]
Runs the script once, under the schedule of a file that tidelock explore -o has written, or of a code that it has shown.
  -i            stop at the failing step, with a prompt: `help` there tells more
  --json        report for tools
  --mermaid     report with a sequence diagram
Exit status: 0 it passed, 1 it failed, 2 wrong use, 3 the script has changed, and it passed.
]=]

-- Each option: how its value is read (nil: it has none), and where it goes.
local function whole(least, what)
  return function(text)
    local number = text:find "^%d+$" and math.tointeger(tonumber(text))
    if number and number >= least then return number end
    return nil, ("a whole number from %d: %s"):format(least, what)
  end
end

local function seconds(text)
  local number = text:find "^[%d.]+$" and tonumber(text)
  if number and number > 0 and number < math.huge then return number end
  return nil, "seconds, more than 0, such as --time 2.5"
end

local function any(text)
  if text ~= "" then return text end
  return nil, "a file or a code, and not empty"
end

local EXPLORE = {
  ["--runs"] = { "runs", whole(1, "schedules to run") },
  ["--time"] = { "time", seconds },
  ["--seed"] = { "seed", whole(0, "the same seed gives the same search") },
  ["--all"] = { "all" },
  ["--kills"] = { "kills", whole(0, "tasks that may be killed in one schedule") },
  ["--no-delays"] = { "no_delays" },
  ["--switches"] = { "switches", whole(0, "pre-emptions that a schedule may have") },
  ["--jobs"] = { "jobs", whole(1, "schedules that run at a time") },
  ["--json"] = { "json" },
  ["--mermaid"] = { "mermaid" },
  ["-o"] = { "file", any },
  ["-h"] = { "help" },
  ["--help"] = { "help" },
}

local REPLAY = {
  ["--schedule"] = { "schedule", any },
  ["-i"] = { "interactive" },
  ["--json"] = { "json" },
  ["--mermaid"] = { "mermaid" },
  ["-h"] = { "help" },
  ["--help"] = { "help" },
}

local MOST_JOBS = 64

-- The text of what is wrong, for the user, ends the reading.
local function refuse(text, ...)
  error({ wrong = text:format(...) }, 0)
end

local function split(word)
  local name, value = word:match "^(%-%-[^=]+)=(.*)$"
  if name then return name, value end
  if word:find "^%-o." then return "-o", word:sub(3) end
  return word
end

local function read_value(name, read, text)
  if not text then
    local _, what = read ""
    refuse("'%s' needs a value: %s", name, what)
  end
  local value, what = read(text)
  if value == nil then refuse("'%s=%s': the value is %s", name, text, what) end
  return value
end

-- Reads one option at `at`; the index behind it.
local function read_option(rows, words, at, found)
  local name, value = split(words[at])
  local row = rows[name]
  if not row then refuse("unknown option '%s'", name) end
  if not row[2] then
    if value then refuse("'%s' has no value: give it without '=%s'", name, value) end
    found[row[1]] = true
    return at + 1
  end
  if not value then
    at = at + 1
    value = words[at]
  end
  found[row[1]] = read_value(name, row[2], value)
  return at + 1
end

local function read_all(rows, words)
  local found, at = {}, 1
  while words[at] and words[at]:find "^%-." do
    if words[at] == "--" then at = at + 1 break end
    at = read_option(rows, words, at, found)
    if found.help then return found, at end
  end
  return found, at
end

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
  if found.json and found.mermaid then refuse "'--json' and '--mermaid' are two reports: choose one" end
end

local function reader(rows, usage, finish)
  return function(words)
    local well, found, at = pcall(read_all, rows, words)
    if well and not found.help then
      local fine, why = pcall(finish, found, words, at)
      if not fine then well, found = fine, why end
    end
    if well then return found end
    if type(found) ~= "table" then error(found, 0) end
    return nil, ("tidelock: %s\n%s"):format(found.wrong, usage)
  end
end

--- Reads the words behind `explore`: a table of options, with script and arguments; or nil and the text for the user.
options.explore = reader(EXPLORE, EXPLORE_USAGE, finish_explore)

--- Reads the words behind `replay`, as above; the file, or the schedule's code, are in it.
options.replay = reader(REPLAY, REPLAY_USAGE, finish_replay)

--- The texts of --help.
options.usage = { explore = EXPLORE_USAGE, replay = REPLAY_USAGE }

return options
