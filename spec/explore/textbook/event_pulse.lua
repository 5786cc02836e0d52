-- Event cleared too early: the start lets go only those who wait already; a runner who is ready, but does not wait
-- yet, never starts.  So does PulseEvent of Windows, which is why nobody should use it.
local ipc = require "tidelock"

local RUNNERS = 2
local ready, start = ipc.latch{ count = RUNNERS, name = "ready" }, ipc.event("start")

local function run()
  ready:count_down()
  start:wait()
end

local runners = {}
for n = 1, RUNNERS do runners[n] = ipc.spawn{ target = run, name = "runner-" .. n } end
ready:wait()
start:set()
start:clear() -- for the next race
for _, runner in ipairs(runners) do runner:join() end
