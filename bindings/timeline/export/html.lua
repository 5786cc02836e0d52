--- Html: a trace as one page, which needs nothing besides: no other file, no library, no network.
--
-- What the page does is in page/, files by concept, which are joined here; they are embedded into the program as the
-- module timeline.sources.  The columns of the trace are packed by timeline.pack.
local encode = require "formats.json_encode"
local names = require "timeline.names"
local output = require "formats.output"
local pack = require "timeline.pack"
local sources = require "timeline.sources"
local summary = require "timeline.summary"

local html = {}

local STYLES = { "style.css", "story.css" }

-- In the order in which they are read: what runs at once stands in main.js alone.
local SCRIPTS = { "data.js", "format.js", "view.js", "peaks.js", "derive.js", "holds.js", "brush.js", "strips.js",
  "colours.js", "bins.js", "lanes.js", "objects.js", "arrows.js", "ends.js", "pins.js", "chart.js", "overview.js",
  "pointer.js", "details.js", "totals.js", "compared.js", "lists.js", "search.js", "logical.js", "story.js",
  "outline.js", "keys.js", "paper.js", "main.js" }

local FIELDS = { "title", "began", "length", "logical", "simulated", "lost", "objects", "operations", "marks",
  "sentence", "steps", "explanation", "remedy", "compared" }
local OF_A_TASK = { "pid", "parent", "began", "ended", "how", "signal", "thread" }

local function joined(files)
  local parts = {}
  for i, name in ipairs(files) do parts[i] = sources[name] end
  return table.concat(parts, "\n")
end

local function tasks_of(trace, own)
  local list = {}
  for i, task in ipairs(trace.tasks) do
    list[i] = { name = own:task(i) }
    for _, field in ipairs(OF_A_TASK) do list[i][field] = task[field] end
  end
  return list
end

-- No name within it can end the element in which it stands.
local function trace_of(trace)
  local own = names.of(trace)
  local told = { count = trace.spans.count, columns = pack.spans(trace.spans, trace.work), tasks = tasks_of(trace, own),
    files = own.files, missing = summary.missing(trace, own) }
  for _, field in ipairs(FIELDS) do told[field] = trace[field] end
  return (encode(told):gsub("<", "\\u003c"))
end

--- The page of a trace (timeline/model.lua), as text.
function html.text(trace)
  local parts = { style = joined(STYLES), trace = trace_of(trace), script = joined(SCRIPTS) }
  return (sources["page.html"]:gsub("{{(%l+)}}", parts))
end

--- Writes the page into the file, "-" is standard output; raises an error for the user where that cannot be.
function html.write(trace, path)
  output.write(path, "--html", "the page", function(put) put(html.text(trace)) end)
end

return html
