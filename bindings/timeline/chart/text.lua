--- Text: a trace for a terminal: what it is, the chart, and where the time went.
local chart = require "timeline.chart.chart"
local depth = require "timeline.depth"
local glyphs = require "timeline.chart.glyphs"
local holds = require "timeline.holds"
local names = require "timeline.names"
local paint = require "terminal.paint"
local rows = require "timeline.chart.rows"
local study = require "timeline.study"
local summary = require "timeline.summary"
local tables = require "timeline.chart.tables"
local times = require "timeline.times"

local text = {}

local NARROWEST, WIDEST = 40, 10000

-- The range, within the trace: at least a moment.
local function range(trace, from, to)
  from = math.min(math.max(from or 0, 0), trace.length)
  to = math.min(math.max(to or trace.length, from), trace.length)
  return from, math.max(to, from + 1)
end

--- What there is to draw: options = { width =, color =, utf8 =, from =, to =, tasks = names, sort =, waits = how
--- many }.
function text.view(trace, options)
  local from, to = range(trace, options.from, options.to)
  local width = math.min(math.max(options.width or 80, NARROWEST), WIDEST)
  local view = { trace = trace, from = from, to = to, width = width,
    glyphs = glyphs.new(options.utf8), paint = paint.new(options.color), names = names.of(trace),
    wanted_tasks = options.tasks, compared = trace.compared }
  function view.time(time)
    local shown = times.of(trace, time)
    return options.utf8 and shown:gsub("us$", "µs") or shown
  end
  local chosen = rows.chosen(trace, view.names, options.tasks)
  view.study = study.of(trace, chosen, from, to, options.waits)
  view.holds, view.depth = holds.of(trace), depth.of(trace)
  view.rows, view.left_out = rows.of(chosen, options.tasks, trace, view.names, view.study, options.sort)
  return view
end

local function append(all, lines)
  table.move(lines, 1, #lines, #all + 1, all)
end

--- The whole text of a view.
function text.of(view)
  local lines = summary.lines(view)
  lines[#lines + 1] = ""
  if view.trace.spans.count == 0 and #view.trace.tasks == 0 then
    lines[#lines + 1] = "There is nothing to show: no task has called an operation of the module."
    return table.concat(lines, "\n") .. "\n"
  end
  append(lines, chart.lines(view))
  if view.left_out > 0 then
    lines[#lines + 1] = ("%d more tasks are left out: --tasks NAMES shows those, * is any"):format(view.left_out)
  end
  append(lines, tables.lines(view))
  return table.concat(lines, "\n") .. "\n"
end

return text
