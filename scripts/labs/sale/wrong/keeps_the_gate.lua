-- says: "customer-2 and customer-3 wait for ever for gate"
-- Wristbands for the concert: who gets a place in the line gets one. Everybody else goes home at once.
local ipc = require "tidelock"

local gate = ipc.lock("gate") -- if you need one

local function customer(name, line, go_home)
  gate:acquire()
  if line:is_full() then return go_home() end
  line:put(name)
end

return { customer = customer }
