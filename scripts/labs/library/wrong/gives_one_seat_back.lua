-- says: "the next morning all wait for ever at the door"
local ipc = require "tidelock"
local seats = ipc.semaphore{ value = 2, name = "seats" }
local function reader(read)
  seats:with(read)
end
local function writer(write)
  for _ = 1, 2 do seats:acquire() end
  write()
  seats:release(1)
end
return { reader = reader, writer = writer }
