-- says: "somebody else had taken"
-- A time trial: each shot sends one runner off. It counts, whether a runner listens already or is still on his way.
local ipc = require "tidelock"

local gun, shots = ipc.condition{ name = "gun" }, ipc.value(0, "shots")

local function shoot(bang)
  gun:acquire()
  bang()
  shots:add(1)
  gun:notify()
  gun:release()
end

local function runner(run)
  gun:acquire()
  if shots:get() == 0 then gun:wait(1) end
  shots:add(-1)
  gun:release()
  run()
end

return { shoot = shoot, runner = runner }
