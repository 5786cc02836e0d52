-- says: "for ever"
local ipc = require "tidelock"

local gun, shots = ipc.condition{ name = "gun" }, ipc.value(0, "shots")

local function shoot(bang)
  bang()
  gun:with(function() gun:notify() end)
  shots:add(1)
end

local function runner(run)
  gun:acquire()
  while shots:get() == 0 do gun:wait() end
  shots:add(-1)
  gun:release()
  run()
end

return { shoot = shoot, runner = runner }
