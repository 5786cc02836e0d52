-- says: "got no dinner"
-- Two seats, four guests. One of them may choke on his soup, or be carried out: his seat must not be lost.
local ipc = require "tidelock"

local seats = ipc.semaphore{ value = 2, bounded = true, name = "seats" }

local function guest(dine)
  if not seats:acquire(0) then return end
  pcall(dine)
  seats:release()
end

return { guest = guest }
