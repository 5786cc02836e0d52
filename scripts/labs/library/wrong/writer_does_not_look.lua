-- says: "read half a page"
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
  if inside:add(-1) == 0 then room:release() end
  counter:release()
end

local function writer(write)
  write()
end

return { reader = reader, writer = writer }
