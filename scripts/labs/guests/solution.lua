-- Two seats, three who are hungry. One may choke on his soup, another be carried out: no seat must be lost by it.
local ipc = require "tidelock"

local seats = ipc.semaphore{ value = 2, bounded = true, name = "seats" }

local function guest(dine)
  --[[ hole: a seat for as long as the guest dines, whatever happens to him ]]
  seats:with(dine)
  --[[ start: dine() ]]
  --[[ end ]]
end

return { guest = guest }
