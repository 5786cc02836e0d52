-- says: "beside somebody whose party had not left"
local ipc = require "tidelock"

local seats = ipc.semaphore{ value = 2, name = "seats" }

local function guest(eat) seats:with(eat) end

return { guest = guest }
