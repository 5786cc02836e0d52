-- Event cleared too early, corrected: it is cleared when all have started.
local ipc = require "tidelock"

local RUNNERS = 2
local ready, start = ipc.latch{ count = RUNNERS, name = "ready" }, ipc.event("start")
local away = ipc.latch{ count = RUNNERS, name = "away" }

local function run()
  ready:count_down()
  start:wait()
  away:count_down()
end

local runners = {}
for n = 1, RUNNERS do runners[n] = ipc.spawn{ target = run, name = "runner-" .. n } end
ready:wait()
start:set()
away:wait()
start:clear() -- for the next race
for _, runner in ipairs(runners) do runner:join() end
