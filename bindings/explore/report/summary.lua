--- Summary: what the search itself has to say, in lines.
local summary = {}

--- 1386 as 1,386.
function summary.number(n)
  local text = ("%d"):format(n)
  local head = (#text - 1) % 3 + 1
  return text:sub(1, head) .. text:sub(head + 1):gsub("%d%d%d", ",%0")
end

local function count(n, word)
  return summary.number(n) .. " " .. word .. (n == 1 and "" or "s")
end

local function bounds(options)
  local parts = {}
  if options.switches then parts[#parts + 1] = "with at most " .. count(options.switches, "pre-emption") end
  if options.no_delays then parts[#parts + 1] = "without delays" end
  if #parts == 0 then return "" end
  return " " .. table.concat(parts, ", ")
end

-- Why the search ended before all were explored.
local ENDS = {
  interrupted = function() return "interrupted" end,
  time = function(options) return ("--time %g is over"):format(options.time) end,
  done = function(options) return "--runs " .. options.runs .. " ended it" end,
}

--- The first line where nothing was found. why: "done", "time" or "interrupted", as of jobs:run.
function summary.nothing(search, why)
  local options, schedules = search.options, search.taken
  if schedules == 0 and why == "time" then
    return ("no schedule has ended: %s; does a task compute for long, or go round without end?"):format(
      ENDS.time(options))
  end
  if search.exhausted then
    return ("no failing schedule: all %s explored%s"):format(
      summary.number(search.depth_first.explored), bounds(options))
  end
  if options.all then
    return ("no failing schedule%s: %s, but not all (%s)"):format(
      bounds(options), count(schedules, "schedule"), ENDS[why](options))
  end
  local text = ("no failing schedule%s: %s"):format(bounds(options), count(schedules, "schedule"))
  return why == "interrupted" and text .. " (interrupted)" or text
end

local function place(event)
  if not event or not event.line then return nil end
  return ("%s:%d"):format(event.file or "line", event.line)
end

--- Which line is not deterministic, if one was seen; nil.
function summary.differs(findings)
  local differs = findings.differs
  if not differs then return nil end
  local where = place(differs.first) or place(differs.second) or place(differs.before)
  return ("not deterministic at %s: schedule %s ran twice, and did not do the same there"):format(
    where or "its end", summary.number(differs.number))
end

--- The other lines: labels that never came true, what makes it inexact.
function summary.lines(search, why)
  local found, lines = search.findings, {}
  for _, label in ipairs(found:missing()) do
    lines[#lines + 1] = ('never true: no schedule has made ipc.sometimes "%s" true'):format(label)
  end
  if search.refused then
    lines[#lines + 1] = ("%s more pre-emptions than --switches %d allows"):format(
      search.refused == 1 and "1 failing schedule needs" or count(search.refused, "failing schedule") .. " need",
      search.options.switches)
  end
  for _, line in ipairs(found.notices) do lines[#lines + 1] = line end
  lines[#lines + 1] = summary.differs(found)
  if found.went_outside then
    lines[#lines + 1] = "not exact: the script uses things outside, whose time and order are not explored"
  end
  if found.lost_events then lines[#lines + 1] = "not exact: a schedule was too long to be recorded as a whole" end
  if search.exhausted == nil and search.options.all and why ~= "interrupted" and not search.options.no_delays then
    lines[#lines + 1] = "--no-delays leaves out schedules in which a task stands still while time passes: far fewer"
  end
  return lines
end

return summary
