-- says: "3 guests on 2 seats"
local ipc = require "tidelock"

local seats = ipc.semaphore{ value = 3, bounded = true, name = "seats" }

local function guest(dine)
  seats:with(dine)
end

return { guest = guest }
