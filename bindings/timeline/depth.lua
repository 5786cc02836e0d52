--- Depth: how many messages stood in a queue or pipe, and when.
--
-- At which moment of an operation its message came or went is not recorded. A message counts from the end of its put to
-- the beginning of its get (to the end of the wait, where the get waited), or, where these two overlap, at the end of
-- its put only: rather too short than too long, so that no queue seems to hold more than its bound. What was in it
-- before the trace began is not known, and not counted; where operations were lost, nor is a message of which one side
-- is not known.
local meaning = require "timeline.meaning"
local tally = require "timeline.tally"

local depth = {}

--- By object (index): { times =, counts = (after each of these times), most = }; the two are columns
--- (timeline/read/columns.h).
function depth.of(trace)
  local curves = tally.fills(trace, meaning.reader(trace))
  if trace.work then trace.work(trace.spans.count) end
  return curves
end

--- The most messages of the curve in each of `count` pieces of the range.
function depth.fullest(curve, from, to, count)
  return tally.fullest(curve, from, to, count)
end

return depth
