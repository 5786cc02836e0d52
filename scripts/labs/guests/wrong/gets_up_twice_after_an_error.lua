-- says: "in the morning there are more than two seats"
local ipc = require "tidelock"

local seats = ipc.semaphore{ value = 2, name = "seats" }

local function guest(dine)
  local well, why = pcall(function() seats:with(dine) end)
  if well then return end
  seats:release()
  error(why, 0)
end

return { guest = guest }
