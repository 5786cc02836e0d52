-- says: "for ever for a shot that has fallen"
-- says: "because shots is 0, as runner-"
-- A time trial: each shot sends one runner off. It counts, whether a runner listens already or is still on his way.
local ipc = require "tidelock"

local gun, shots = ipc.condition{ name = "gun" }, ipc.value(0, "shots")

local function shoot(bang)
  gun:acquire()
  bang()
  shots:set(1)
  gun:notify()
  gun:release()
end

local function runner(run)
  gun:acquire()
  while shots:get() == 0 do gun:wait() end
  shots:add(-1)
  gun:release()
  run()
end

return { shoot = shoot, runner = runner }
