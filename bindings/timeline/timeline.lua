--- Timeline: the command.  Reads a trace, and draws it or writes it for other tools.
local compare = require "timeline.compare"
local names = require "timeline.names"
local output = require "formats.output"
local progress = require "timeline.progress"
local paint = require "terminal.paint"
local reader = require "timeline.reader"
local rows = require "timeline.chart.rows"
local summary = require "timeline.summary"
local system = require "terminal.system"
local terminal = require "terminal.text"
local times = require "timeline.times"

local STDOUT, STDERR, WIDTH, MOST_NAMED = 1, 2, 80, 10

-- The outputs in their order: option, what it is, a function that gives its text to put(text), and how often that goes
-- through all spans, more or less.
local OUTPUTS = {
  { "html", "the page", function(trace, put) put(require "timeline.export.html".text(trace)) end, 13 },
  { "perfetto", "the trace", function(trace, put) require "timeline.export.perfetto".write(trace, put) end, 25 },
  { "chrome", "the trace", function(trace, put) require "timeline.export.chrome".write(trace, put) end, 30 },
  { "mermaid", "the diagram", function(trace, put, chosen)
    put(require "timeline.export.mermaid".text(trace, chosen))
  end, 5 },
}
local CHART_WALKS = 5

-- For the user, without a place in these modules.
local function fail(text, ...)
  error({ wrong = text:format(...), status = 1 }, 0)
end

local function load(path, bar)
  bar:begin("reading " .. names.clean(path), 1)
  local trace, why = reader.read(path, function(share) bar:add(share - bar.done) end)
  if not trace then
    bar:clear()
    fail("%s", why)
  end
  trace.work = function(count) bar:add(count) end
  return trace
end

local function read(options, bar)
  local path = options.file or reader.newest()
  if not path then
    error({ wrong = "which trace? There is no *.tltrace in this directory; tidelock --trace script.lua records one",
      status = 1 }, 0)
  end
  local trace = load(path, bar)
  if options.compare then
    local before = load(options.compare, bar)
    bar:begin("comparing", trace.spans.count + before.spans.count)
    local found, why = compare.of(trace, before, options.compare)
    if not found then
      bar:clear()
      fail("'--compare=%s': %s", options.compare, why)
    end
    trace.compared = found
  end
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

local function draw(trace, options, bar)
  local is_terminal = system.is_terminal(STDOUT)
  local text = require "timeline.chart.text"
  local from, to = range_of(trace, options)
  check_tasks(trace, options)
  bar:begin("drawing the chart", CHART_WALKS * trace.spans.count)
  local shown = text.of(text.view(trace, {
    width = options.width or is_terminal and system.columns() or WIDTH, color = paint.wanted(is_terminal),
    utf8 = not options.ascii and terminal.utf8_wanted(), from = from, to = to, tasks = options.tasks,
    sort = options.sort, waits = options.waits,
  }))
  bar:clear()
  io.stdout:write(shown)
end

local function note(text, ...)
  io.stderr:write("tidelock: ", text:format(...), "\n")
end

-- An error that is not for the user has its traceback.
local function traced(why)
  return type(why) == "string" and debug.traceback(why, 2) or why
end

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

-- Nothing is written over a trace, be it the one that is read or another: a FILE may have been forgotten.
local function check_outputs(options, path)
  local others = { { path, "the trace that it is made of" } }
  if options.compare then others[2] = { options.compare, "the trace of --compare" } end
  for _, each in ipairs(OUTPUTS) do
    local to, option = options[each[1]], "--" .. each[1]
    if to then
      output.check(to, option, each[2], others)
      if reader.is_there(to) then
        error({ wrong = ("'%s': %s is a trace, which would be lost; give another name"):format(option, to) }, 0)
      end
      others[#others + 1] = to ~= "-" and { to, ("%s of %s"):format(each[2], option) } or nil
    end
  end
end

local function write_all(trace, options, bar)
  local from, to = range_of(trace, options)
  local chosen = { tasks = check_tasks(trace, options), from = from, to = to }
  for _, text in ipairs(summary.missing(trace, names.of(trace))) do note("%s", text) end
  for _, each in ipairs(OUTPUTS) do
    local path = options[each[1]]
    if path then
      bar:begin("writing " .. names.clean(path), each[4] * trace.spans.count)
      local well, why = xpcall(output.write, traced, path, "--" .. each[1], each[2],
        function(put) each[3](trace, put, chosen) end)
      bar:clear()
      if not well then error(why, 0) end
      if path ~= "-" then
        note("%s: %s of %s", path, plural(trace.spans.count, "operation"), plural(#trace.tasks, "task"))
      end
    end
  end
end

--- Runs the command with its options (timeline/options); the exit status.
return function(options)
  local bar = progress.new(system.is_terminal(STDERR), system.real_time, function(text)
    io.stderr:write(text)
    io.stderr:flush()
  end)
  local trace, path = read(options, bar)
  bar:clear()
  if not options.file then note("%s, the newest trace here", path) end
  if options.html or options.perfetto or options.chrome or options.mermaid then
    check_outputs(options, path)
    write_all(trace, options, bar)
  else
    draw(trace, options, bar)
  end
  return 0
end
