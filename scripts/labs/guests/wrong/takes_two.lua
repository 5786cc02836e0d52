-- says: "two are hungry, and only one gets a seat"
-- Two seats, three who are hungry. One may choke on his soup, another be carried out: no seat must be lost by it.
local ipc = require "tidelock"

local seats = ipc.semaphore{ value = 2, bounded = true, name = "seats" }

local function guest(dine)
  seats:with(seats.with, seats, dine)
end

return { guest = guest }
