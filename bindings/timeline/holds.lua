--- Holds: which task held which lock, from when to when.
--
-- A lock is held from the end of the call that took it to the beginning of the one that gave it back (in a logical
-- trace, to the end of that step), to the death of its holder, or to the end of the trace.  A semaphore that other
-- tasks give back than took it is no lock, and held by nobody.  Who waits for a condition gives its lock, and takes it
-- again; a condition that was given a lock stands for that.  Where a trace does not tell which that is (a schedule's),
-- it is the one that the task took last.
local meaning = require "timeline.meaning"
local tally = require "timeline.tally"

local holds = {}

--- Columns task, object, from, to (timeline/read/columns.h), of `count` times that a lock was held, in the order of
--- their ends.
function holds.of(trace)
  local list = tally.holders(trace, meaning.reader(trace))
  if trace.work then trace.work(trace.spans.count) end
  return list
end

--- By object how long all of these times come to within the range.
function holds.within(list, from, to)
  return tally.held(list, from, to)
end

return holds
