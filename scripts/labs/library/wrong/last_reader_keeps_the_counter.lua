-- says: "wait for ever at the door"
local ipc = require "tidelock"
local room, counter, n = ipc.semaphore{ value = 1 }, ipc.lock "counter", ipc.value(0)
return { reader = function(r)
  counter:acquire()
  if n:add(1) == 1 then
  room:acquire() end
  counter:release()
  r()
  counter:acquire()
  if n:add(-1) == 0 then room:release()
  counter:release() end end, writer = function(w)
  room:acquire() w() room:release() end }
