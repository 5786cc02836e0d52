-- says: "for ever at the door"
local ipc = require "tidelock"

local room, seats = ipc.lock{ name = "door" }, ipc.semaphore{ value = 3, name = "seats" }

local function reader(read)
  room:with(function() seats:acquire() end)
  read()
  seats:release()
end

local function writer(write)
  room:acquire()
  reader(function() -- look first, then write
    for _ = 1, 3 do seats:acquire() end
    write()
    seats:release(3)
  end)
  room:release()
end

return { reader = reader, writer = writer }
