-- says: "a guest died, and his seat is gone"
local ipc = require "tidelock"

local seats = ipc.semaphore{ value = 2, name = "seats" }

local function guest(dine)
  seats:with(dine)
end

return { guest = guest }
