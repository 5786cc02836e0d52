--- Timeline: the command.  Reads a trace, and draws it or writes it for other tools.
local glyphs = require "timeline.glyphs"
local names = require "timeline.names"
local output = require "explore.output"
local paint = require "explore.paint"
local rows = require "timeline.rows"
local summary = require "timeline.summary"
local times = require "timeline.times"

local STDOUT, WIDTH, MOST_NAMED = 1, 80, 10

-- The outputs in their order: option, what it is, and a function that gives its text to put(text).
local OUTPUTS = {
  { "html", "the page", function(trace, put) put(require "timeline.html".text(trace)) end },
  { "perfetto", "the trace", function(trace, put) require "timeline.perfetto".write(trace, put) end },
  { "chrome", "the trace", function(trace, put) require "timeline.chrome".write(trace, put) end },
  { "mermaid", "the diagram", function(trace, put, chosen) put(require "timeline.mermaid".text(trace, chosen)) end },
}

-- For the user, without a place in these modules.
local function fail(text, ...)
  error({ wrong = text:format(...), status = 1 }, 0)
end

local function read(options)
  local reader = require "timeline.reader"
  local path = options.file or reader.newest()
  if not path then
    error({ wrong = "which trace? There is no *.tltrace in this directory; tidelock --trace script.lua records one",
      status = 1 }, 0)
  end
  local trace, why = reader.read(path)
  if not trace then fail("%s", why) end
  return trace, path
end

local function time_of(trace, option, text)
  if not text then return nil end
  local time = times.parse(text, trace.logical)
  if time then return time end
  fail("'%s=%s': the value is %s", option, text, trace.logical and "a step, such as 12: this trace has no clock"
    or "a time, such as 12ms, 1.5s or 300us")
end

-- The range that is asked for: from and to, nil where they are not.
local function range_of(trace, options)
  local from, to = time_of(trace, "--from", options.from), time_of(trace, "--to", options.to)
  if from and (from >= trace.length and trace.length > 0) then
    fail("'--from=%s': the run lasted %s only", options.from, times.of(trace, trace.length))
  end
  if to and to <= (from or 0) then fail("'--to=%s' is not behind '--from=%s'", options.to, options.from or 0) end
  return from, to
end

local function check_tasks(trace, options)
  local own = names.of(trace)
  local list = rows.chosen(trace, own, options.tasks)
  if not options.tasks or #list > 0 then return list end
  fail("'--tasks=%s': no task has such a name; there are: %s", options.tasks,
    table.concat(own.tasks, ", ", 1, math.min(#own.tasks, MOST_NAMED)) .. (#own.tasks > MOST_NAMED and " ..." or ""))
end

local function draw(trace, options)
  local system = require "explore.host"
  local is_terminal = system.is_terminal(STDOUT)
  local text = require "timeline.text"
  local from, to = range_of(trace, options)
  check_tasks(trace, options)
  io.stdout:write(text.of(text.view(trace, {
    width = options.width or is_terminal and system.columns() or WIDTH, color = paint.wanted(is_terminal),
    utf8 = not options.ascii and glyphs.utf8_wanted(), from = from, to = to, tasks = options.tasks,
    sort = options.sort, waits = options.waits,
  })))
end

local function note(text, ...)
  io.stderr:write("tidelock: ", text:format(...), "\n")
end

local function write_all(trace, options)
  for _, each in ipairs(OUTPUTS) do
    if options[each[1]] then output.check(options[each[1]], "--" .. each[1], each[2]) end
  end
  local from, to = range_of(trace, options)
  local chosen = { tasks = check_tasks(trace, options), from = from, to = to }
  for _, text in ipairs(summary.missing(trace, names.of(trace))) do note("%s", text) end
  for _, each in ipairs(OUTPUTS) do
    local path = options[each[1]]
    if path then
      output.write(path, "--" .. each[1], each[2], function(put) each[3](trace, put, chosen) end)
      if path ~= "-" then note("%s: %d operations of %d tasks", path, trace.spans.count, #trace.tasks) end
    end
  end
end

--- Runs the command with its options (timeline/options); the exit status.
return function(options)
  local trace, path = read(options)
  if not options.file then note("%s, the newest trace here", path) end
  if options.html or options.perfetto or options.chrome or options.mermaid then
    write_all(trace, options)
  else
    draw(trace, options)
  end
  return 0
end
