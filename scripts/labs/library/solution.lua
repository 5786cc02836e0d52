-- Readers read together, the chronicler writes alone.
local ipc = require "tidelock"

local room = ipc.semaphore{ value = 1, name = "room" }
local counter, inside = ipc.lock{ name = "counter" }, ipc.value(0, "inside")

local function reader(read)
  --[[ hole: the first reader takes the room for all of them ]]
  --[[ start: room:acquire() ]]
  counter:acquire()
  if inside:add(1) == 1 then room:acquire() end
  counter:release()
  --[[ end ]]
  read()
  --[[ hole: the last reader gives it back ]]
  --[[ start: room:release() ]]
  counter:acquire()
  if inside:add(-1) == 0 then room:release() end
  counter:release()
  --[[ end ]]
end

local function writer(write)
  room:acquire()
  write()
  room:release()
end

return { reader = reader, writer = writer }
