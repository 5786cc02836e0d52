-- says: "two never run at the same time"
local ipc = require "tidelock"

local gun, shots = ipc.condition{ name = "gun" }, ipc.value(0, "shots")

local function shoot(bang)
  gun:with(function()
    bang()
    shots:add(1)
    gun:notify()
  end)
end

local function runner(run)
  gun:with(function()
    while shots:get() == 0 do gun:wait() end
    shots:add(-1)
    run()
  end)
end

return { shoot = shoot, runner = runner }
