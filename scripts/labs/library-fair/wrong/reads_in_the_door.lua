-- says: "no two readers ever read at the same time"
local ipc = require "tidelock"

local door = ipc.lock{ name = "door" }

local function reader(read) door:with(read) end
local function writer(write) door:with(write) end

return { reader = reader, writer = writer }
