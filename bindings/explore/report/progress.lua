--- The line that a terminal shows while schedules are run.
local first_line = require "explore.explain.first_line"
local outcomes = require "explore.explain.outcomes"
local wrap = require "terminal.wrap"

local progress = {}

local WIDTH = 80

--- of = { schedules =, seconds =, choices =, outcomes = list, width =, runs = how many there are to be }, of which all
--- but the first two may be missing.  Never wider than the terminal.
function progress.line(of)
  local number = first_line.number
  local line = number(of.schedules)
  if of.runs then line = ("%s of %s"):format(line, number(of.runs)) end
  line = line .. " schedules"
  if of.seconds > 0 then line = ("%s, %s/s"):format(line, number(of.schedules / of.seconds)) end
  if of.choices and of.choices > 0 then line = ("%s, up to %s choices"):format(line, number(of.choices)) end
  if of.outcomes and #of.outcomes > 0 then line = line .. "; " .. outcomes.line(of.outcomes) end
  -- a full last column would break the line on some terminals
  return wrap.cut(line, (of.width or WIDTH) - 1)
end

return progress
