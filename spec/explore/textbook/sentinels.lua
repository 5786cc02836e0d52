-- Wrong number of sentinels: a worker leaves after two jobs, so two of three have left when four jobs are done; or so
-- it seems.  Goetz and others, Java Concurrency in Practice, 2006, 7.2.3.
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
jobs:put(STOP) -- for the third
for _, process in ipairs(workers) do process:join() end
