-- says: "tries for ever"
-- Wristbands for the concert: who gets a place in the line gets one. Everybody else goes home at once.
local ipc = require "tidelock"

local gate = ipc.lock("gate") -- if you need one

local function customer(name, line, go_home)
  while not line:try_put(name) do ipc.sleep(1) end
end

return { customer = customer }
