-- Seats: a reader needs one of the room's seats, the chronicler needs them all.
local ipc = require "tidelock"

local SEATS = 2
local seats = ipc.semaphore{ value = SEATS, name = "seats" }
local all = ipc.lock{ name = "all seats" } -- one at a time collects them

local function reader(read)
  seats:with(read)
end

local function writer(write)
  all:acquire()
  for _ = 1, SEATS do seats:acquire() end
  all:release()
  write()
  seats:release(SEATS)
end

return { reader = reader, writer = writer }
