-- says: "waits for ever for a shot that has fallen"
local ipc = require "tidelock"

local gun = ipc.event("gun")

local function shoot(bang)
  bang()
  gun:set()
end

local function runner(run)
  gun:wait()
  gun:clear()
  run()
end

return { shoot = shoot, runner = runner }
