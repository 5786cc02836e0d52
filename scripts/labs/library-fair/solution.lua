-- Readers read together, the chronicler writes alone, and nobody waits longer than is right.
local ipc = require "tidelock"

local door, room = ipc.lock{ name = "door" }, ipc.semaphore{ value = 1, name = "room" }
local counter, inside = ipc.lock{ name = "counter" }, ipc.value(0, "inside")

local function reader(read)
  --[[ hole: who comes while the chronicler waits stands behind him ]]
  door:acquire()
  door:release()
  --[[ end ]]
  counter:with(function() if inside:add(1) == 1 then room:acquire() end end)
  read()
  counter:with(function() if inside:add(-1) == 0 then room:release() end end)
end

local function writer(write)
  --[[ hole: the chronicler keeps others out of the hall while he waits for the room ]]
  --[[ start: room:acquire() ]]
  door:acquire()
  room:acquire()
  --[[ end ]]
  write()
  room:release()
  --[[ hole: and lets them in again ]]
  door:release()
  --[[ end ]]
end

return { reader = reader, writer = writer }
