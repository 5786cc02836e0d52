--- Which known mistake a failing schedule shows: named only where its steps prove it.
---
--- Each rule is a function of (story, names, add) with its proof in words above it; it calls
--- add{ name=, title=, text=, remedy=, marks = the steps of the proof, pairs = of which the swap may save it,
--- certain = the proof shows the failure itself }.
local parts = require "explore.story.parts"
local data = require "explore.patterns.data"
local lock = require "explore.patterns.lock"
local signal = require "explore.patterns.signal"
local work = require "explore.patterns.work"

local patterns = {}

-- The surest first.
local RULES = {
  lock.lock_order, lock.wait_with_lock, signal.too_few_woken, signal.lost_signal, signal.cleared_too_early,
  work.circle_of_queues, signal.not_looked_again, work.only_delayed, lock.abandoned_lock, work.lost_work, data.aba,
  data.lost_update, data.check_then_act, data.two_parts, work.nobody_left,
  work.killed,
}

-- Those of data say nothing of why tasks wait for ever, or at all, unless a task is stopped between their steps.
local function is_likely(story, found)
  if found.certain or not found.first then return true end
  found.stops = parts.stops_between(story, found.first, found.last)
  if story.run.ending == "deadlock" then return found.stops > 0 and found.stops == story.stops end
  return found.stops == story.stops or found.stops > 0
end

--- All that are proven, the likeliest first.
function patterns.of(story)
  local list = {}
  for rank, rule in ipairs(RULES) do
    rule(story, story.names, function(found)
      found.rank = rank
      if is_likely(story, found) then list[#list + 1] = found end
    end)
  end
  for i, found in ipairs(list) do found.order = i end
  table.sort(list, function(a, b)
    if (a.certain or false) ~= (b.certain or false) then return a.certain or false end
    if (a.stops or 0) ~= (b.stops or 0) then return (a.stops or 0) > (b.stops or 0) end
    if a.rank ~= b.rank then return a.rank < b.rank end
    -- the last of its kind is the nearest to the failure
    return a.order > b.order
  end)
  return list
end

return patterns
