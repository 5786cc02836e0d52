-- says: "chronicler asks again and again, and whoever comes then may pass"
local ipc = require "tidelock"

local door, room = ipc.lock{ name = "door" }, ipc.semaphore{ value = 1, name = "room" }
local counter, inside = ipc.lock{ name = "counter" }, ipc.value(0, "inside")

local function reader(read)
  door:acquire()
  door:release()
  counter:with(function() if inside:add(1) == 1 then room:acquire() end end)
  read()
  counter:with(function() if inside:add(-1) == 0 then room:release() end end)
end

local function writer(write)
  while not room:acquire(0) do ipc.yield() end
  write()
  room:release()
end

return { reader = reader, writer = writer }
