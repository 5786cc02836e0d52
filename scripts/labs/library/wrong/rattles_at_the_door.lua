-- says: "rattles at the door again and again"
local ipc = require "tidelock"
local room = ipc.semaphore{ value = 1, name = "room" }
local counter, inside = ipc.lock{ name = "counter" }, ipc.value(0, "inside")
return { reader = function(read)
  counter:with(function() if inside:add(1) == 1 then room:acquire() end end)
  read()
  counter:with(function() if inside:add(-1) == 0 then room:release() end end)
end, writer = function(write)
  while not room:acquire(0) do ipc.yield() end
  write()
  room:release()
end }
