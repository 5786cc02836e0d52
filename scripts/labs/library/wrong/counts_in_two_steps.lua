-- says: "wait for ever at the door"
-- Readers read together, the chronicler writes alone.
local ipc = require "tidelock"

local room = ipc.semaphore{ value = 1, name = "room" }
local counter, inside = ipc.lock{ name = "counter" }, ipc.value(0, "inside")

local function reader(read)
  inside:set(inside:get() + 1)
  if inside:get() == 1 then room:acquire() end
  read()
  inside:set(inside:get() - 1)
  if inside:get() == 0 then room:release() end
end

local function writer(write)
  room:acquire()
  write()
  room:release()
end

return { reader = reader, writer = writer }
