-- says: "was turned away though a place was free"
-- Wristbands for the concert: who gets a place in the line gets one. Everybody else goes home at once.
local ipc = require "tidelock"

local gate = ipc.lock("gate") -- if you need one

local function customer(name, line, go_home)
  if not gate:acquire(0) then return go_home() end
  if not line:try_put(name) then go_home() end
  gate:release()
end

return { customer = customer }
