-- says: "no two ever eat together"
local ipc = require "tidelock"

local book = ipc.lock{ name = "book" }

local function guest(eat) book:with(eat) end

return { guest = guest }
