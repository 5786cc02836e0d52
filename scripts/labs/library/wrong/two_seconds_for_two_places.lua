-- says: "chronicler writes while somebody reads"
-- says: "places had a place left"
-- Readers read together, the chronicler writes alone.
local ipc = require "tidelock"

local places = ipc.semaphore{ value = 2, name = "places" } -- one for each reader

local function reader(read)
  places:acquire()
  read()
  places:release()
end

local function writer(write)
  places:acquire(2) -- both of them? No: for 2 seconds at most
  write()
  places:release(2)
end

return { reader = reader, writer = writer }
