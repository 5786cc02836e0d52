-- says: "a shot that"
local ipc = require "tidelock"

local gun, shots = ipc.condition{ name = "gun" }, ipc.value(0, "shots")

local function shoot(bang)
  bang()
  shots:add(1)
  gun:with(function() gun:notify() end)
end

local function runner(run)
  if shots:get() == 0 then gun:with(function() gun:wait() end) end
  shots:add(-1)
  run()
end

return { shoot = shoot, runner = runner }
