-- One of each class that the reference (bindings/tidelock.d.lua) has, by its name there.
local ipc = require "tidelock"

return {
   process = function() return ipc.process(print) end,
   command = function() return ipc.command "true" end,
   stream = function() return ipc.command "true".stdout end,
   thread = function() return ipc.thread(function() end) end,
   queue = ipc.queue,
   pipe = ipc.pipe,
   lock = ipc.lock,
   semaphore = ipc.semaphore,
   event = ipc.event,
   barrier = function() return ipc.barrier(1) end,
   value = ipc.value,
   latch = function() return ipc.latch(1) end,
   rlock = ipc.rlock,
   rwlock = ipc.rwlock,
   condition = ipc.condition,
   array = function() return ipc.array("int8", 0) end,
   buffer = function() return ipc.buffer(1) end,
   table = ipc.table,
   space = function() return dofile "spec/support/space.lua" end,
   signal = function() return ipc.signal "USR2" end,
   listener = function() return ipc.listen "tcp:127.0.0.1:0" end,
   connection = function()
      local listener = ipc.listen "tcp:127.0.0.1:0"
      return assert(ipc.connect(listener.address))
   end,
   pool = function() return ipc.pool(1) end,
   future = function() return ipc.pool(1):submit(print) end,
}
