-- says: "never ran"
local ipc = require "tidelock"

local shots = ipc.semaphore(0)

local function shoot(bang)
  bang()
  shots:release()
end

local function runner()
  shots:acquire()
end

return { shoot = shoot, runner = runner }
