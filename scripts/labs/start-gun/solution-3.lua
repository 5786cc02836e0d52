-- A semaphore is both: it counts the shots, and lets those sleep who found none.
local ipc = require "tidelock"

local shots = ipc.semaphore{ value = 0, name = "shots" }

local function shoot(bang)
  bang()
  shots:release()
end

local function runner(run)
  shots:acquire()
  run()
end

return { shoot = shoot, runner = runner }
