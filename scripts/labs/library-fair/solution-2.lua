-- The runtime's own lock for readers and writers lets no writer starve.
local ipc = require "tidelock"

local page = ipc.rwlock{ name = "page" }

local function reader(read) page:with_read(read) end
local function writer(write) page:with_write(write) end

return { reader = reader, writer = writer }
