--- Summary: what a trace is of, in a line, and what of it is not there.
local names = require "timeline.names"
local wrap = require "terminal.wrap"

local summary = {}

local function plural(count, word)
  return ("%d %s%s"):format(count, word, count == 1 and "" or "s")
end

-- "kitchen.lua, 60.0 ms, 5 tasks, 39 operations"
local function first(view)
  local trace = view.trace
  local parts = { names.clean(trace.title ~= "" and trace.title or "a run") }
  if trace.simulated then parts[#parts + 1] = "simulated" end
  if trace.began then parts[#parts + 1] = os.date("%Y-%m-%d %H:%M:%S", trace.began // 1 | 0) end
  parts[#parts + 1] = view.time(trace.length)
  parts[#parts + 1] = plural(#trace.tasks, "task")
  parts[#parts + 1] = plural(trace.spans.count, "operation")
  return table.concat(parts, view.glyphs.dot)
end

local function lost_of(trace, own)
  local who = {}
  for i, task in ipairs(trace.tasks) do
    if (task.lost or 0) > 0 then who[#who + 1] = { i, task.lost } end
  end
  table.sort(who, function(a, b) return a[2] > b[2] end)
  local words = {}
  for i = 1, math.min(#who, 3) do words[i] = ("%d of %s"):format(who[i][2], own:task(who[i][1])) end
  if #who > 3 then words[#words + 1] = ("of %d more tasks"):format(#who - 3) end
  return #words > 0 and " (" .. table.concat(words, ", ") .. ")" or ""
end

--- What is not there, a text each: for a user who looks at what is.
function summary.missing(trace, own)
  local list = {}
  if trace.lost > 0 then
    list[#list + 1] = ("%s not recorded%s: waits and hand-overs may look longer than they were"):format(
      plural(trace.lost, "operation") .. (trace.lost == 1 and " was" or " were"), lost_of(trace, own))
  end
  if trace.last then list[#list + 1] = "only the last operations of each task were kept" end
  local cut = trace.cut
  if cut and cut.damaged then
    list[#list + 1] = ("the file is damaged at byte %d of %d: what stands behind is left out"):format(cut.at, cut.size)
  elseif cut then
    list[#list + 1] = ("the file is cut off after byte %d: what came later is not in it"):format(cut.at)
  end
  return list
end

--- The lines before the chart: what it is, what was told in it, and what is missing.
function summary.lines(view)
  local trace, lines = view.trace, {}
  lines[1] = view.paint:as("bold", wrap.cut(first(view), view.width))
  if view.from > 0 or view.to < trace.length then
    lines[2] = ("from %s to %s"):format(view.time(view.from), view.time(view.to))
  end
  for _, text in ipairs(summary.missing(trace, view.names)) do
    for _, line in ipairs(wrap.lines(text, view.width, "  ")) do lines[#lines + 1] = view.paint:as("yellow", line) end
  end
  for _, mark in ipairs(trace.marks) do
    local who = view.names:task(mark.task)
    local text = ("at %s%s: %s"):format(view.time(mark.time), who and ", " .. who or "",
      names.clean(mark.text))
    for _, line in ipairs(wrap.lines(text, view.width, "  ")) do lines[#lines + 1] = view.paint:as("red", line) end
  end
  return lines
end

return summary
