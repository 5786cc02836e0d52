--- Livelock: a schedule that goes round without end, read up to where nobody gets on any more.
--
-- Its last 10,000 steps (TL_LIVELOCK of public/explore.h) are the round again and again: they are no part of what has
-- to be shrunk, as a fair schedule comes to them by itself, and a few of them tell all.
local moves = require "explore.schedule.moves"

local livelock = {}

local STEPS, SHOWN = 10000, 12

-- All events but the last so many steps.
local function without(events, steps)
  local last = #events
  while last > 0 and steps > 0 do
    if moves.STEPS[events[last].how] then steps = steps - 1 end
    last = last - 1
  end
  return table.move(events, 1, last, 1, {})
end

--- The events by which the schedule came to where it ends: of a livelock those until it begins, else all.
function livelock.way(run, events)
  if run.ending ~= "livelock" then return events end
  return without(events, STEPS)
end

--- The events to tell of: of a livelock also the beginning of its round.
function livelock.shown(run, events)
  if run.ending ~= "livelock" then return events end
  return without(events, STEPS - SHOWN)
end

return livelock
