-- Two seats, four guests. One of them may choke on his soup, or be carried out: his seat must not be lost.
local ipc = require "tidelock"

local seats = ipc.semaphore{ value = 2, bounded = true, name = "seats" }

local function guest(dine)
  --[[ hole: a seat for as long as the guest dines, whatever happens to him ]]
  seats:with(dine)
  --[[ start: dine() ]]
  --[[ end ]]
end

return { guest = guest }
