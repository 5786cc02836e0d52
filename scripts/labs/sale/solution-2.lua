-- Wristbands for the concert: who gets a place in the line gets one. Everybody else goes home at once.
local ipc = require "tidelock"

local gate = ipc.lock("gate") -- if you need one

local function customer(name, line, go_home)
  local placed, why = line:put(name, 0)
  if not placed and why == "full" then go_home() end
end

return { customer = customer }
