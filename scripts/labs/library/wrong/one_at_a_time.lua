-- says: "no two readers ever read at the same time"
local ipc = require "tidelock"

local room = ipc.lock{ name = "room" }

local function reader(read) room:with(read) end
local function writer(write) room:with(write) end

return { reader = reader, writer = writer }
