--- Html: a trace as one page, which needs nothing besides: no other file, no library, no network.
--
-- What the page does is in page/, files by concept, which are joined here; they are embedded into the program as the
-- module timeline.sources.  The columns of the trace are packed by timeline.pack.
local encode = require "explore.encode"
local pack = require "timeline.pack"
local sources = require "timeline.sources"

local html = {}

local STYLES = { "style.css", "story.css" }

-- In the order in which they are read: what runs at once stands in main.js alone.
local SCRIPTS = { "data.js", "format.js", "view.js", "derive.js", "colours.js", "lanes.js", "objects.js", "arrows.js",
  "chart.js", "overview.js", "pointer.js", "details.js", "totals.js", "lists.js", "search.js", "logical.js", "story.js",
  "outline.js", "keys.js", "main.js" }

local FIELDS = { "title", "began", "length", "logical", "lost", "tasks", "objects", "files", "operations", "marks",
  "sentence", "steps", "explanation", "remedy" }

local function joined(names)
  local parts = {}
  for i, name in ipairs(names) do parts[i] = sources[name] end
  return table.concat(parts, "\n")
end

-- No name within it can end the element in which it stands.
local function trace_of(trace)
  local told = { count = trace.spans.count, columns = pack.spans(trace.spans) }
  for _, name in ipairs(FIELDS) do told[name] = trace[name] end
  return (encode(told):gsub("<", "\\u003c"))
end

--- The page of a trace (timeline/model.lua), as text.
function html.text(trace)
  local parts = { style = joined(STYLES), trace = trace_of(trace), script = joined(SCRIPTS) }
  return (sources["page.html"]:gsub("{{(%l+)}}", parts))
end

--- Writes the page into the file; raises { wrong = text } where that cannot be.
function html.write(trace, path)
  local text = html.text(trace)
  local file, why = io.open(path, "wb")
  if not file then error({ wrong = ("--html: %s; give a file that can be written"):format(why) }, 0) end
  local well
  well, why = file:write(text)
  if well then well, why = file:close() else file:close() end
  if not well then error({ wrong = ("--html: %s: %s; is the disk full?"):format(path, why) }, 0) end
end

return html
