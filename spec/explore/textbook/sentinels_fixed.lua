-- Wrong number of sentinels, corrected: one for each that may wait for one; those that are left over do no harm.
local ipc = require "tidelock"

local WORKERS, SHIFT, STOP = 3, 2, "stop"
local jobs = ipc.queue{ name = "jobs" }

local function worker()
  for _ = 1, SHIFT do
    if jobs:get() == STOP then return end
  end
end

local workers = {}
for n = 1, WORKERS do workers[n] = ipc.spawn{ target = worker, name = "worker-" .. n } end
for n = 1, 4 do jobs:put(n) end
for _ = 1, WORKERS do jobs:put(STOP) end
for _, process in ipairs(workers) do process:join() end
