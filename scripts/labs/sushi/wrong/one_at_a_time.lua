-- says: "eats alone, and somebody waits, though a seat is free"
local ipc = require "tidelock"

local book = ipc.lock{ name = "book" }

local function guest(eat) book:with(eat) end

return { guest = guest }
