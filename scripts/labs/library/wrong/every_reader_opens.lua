-- says: "writes while somebody reads"
-- Readers read together, the chronicler writes alone.
local ipc = require "tidelock"

local room = ipc.semaphore{ value = 1, name = "room" }
local counter, inside = ipc.lock{ name = "counter" }, ipc.value(0, "inside")

local function reader(read)
  counter:acquire()
  if inside:add(1) == 1 then room:acquire() end
  counter:release()
  read()
  counter:acquire()
  inside:add(-1)
  room:release()
  counter:release()
end

local function writer(write)
  room:acquire()
  write()
  room:release()
end

return { reader = reader, writer = writer }
