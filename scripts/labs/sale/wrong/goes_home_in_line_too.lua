-- says: "went home and has a place in the line"
-- Wristbands for the concert: who gets a place in the line gets one. Everybody else goes home at once.
local ipc = require "tidelock"

local gate = ipc.lock("gate") -- if you need one

local function customer(name, line, go_home)
  line:try_put(name)
  go_home()
end

return { customer = customer }
