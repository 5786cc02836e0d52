-- Wristbands for the concert: who gets a place in the line gets one. Everybody else goes home at once.
local ipc = require "tidelock"

local gate = ipc.lock("gate") -- if you need one

local function customer(name, line, go_home)
  --[[ hole: take a place in the line, or go home: nobody waits ]]
  if not line:try_put(name) then go_home() end
  --[[ end ]]
end

return { customer = customer }
