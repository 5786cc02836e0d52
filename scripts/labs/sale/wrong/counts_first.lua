-- says: "for ever for a place"
-- Wristbands for the concert: who gets a place in the line gets one. Everybody else goes home at once.
local ipc = require "tidelock"

local gate = ipc.lock("gate") -- if you need one

local function customer(name, line, go_home)
  if line:size() < line.maxsize then line:put(name) else go_home() end
end

return { customer = customer }
