-- says: "3 guests on 2 seats"
local ipc = require "tidelock"

local function guest(dine)
  ipc.semaphore{ value = 2, bounded = true, name = "seats" }:with(dine)
end

return { guest = guest }
