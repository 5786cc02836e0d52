-- Readers stand back while a writer waits.
local ipc = require "tidelock"

local room, readers = ipc.condition{ name = "room" }, ipc.value(0, "readers")
local waiting, writing = ipc.value(0, "waiting"), ipc.value(0, "writing")

local function reader(read)
  room:with(function()
    while waiting:get() + writing:get() > 0 do room:wait() end
    readers:add(1)
  end)
  read()
  room:with(function() if readers:add(-1) == 0 then room:notify_all() end end)
end

local function writer(write)
  room:with(function()
    waiting:add(1)
    while readers:get() + writing:get() > 0 do room:wait() end
    waiting:add(-1)
    writing:set(1)
  end)
  write()
  room:with(function() writing:set(0) room:notify_all() end)
end

return { reader = reader, writer = writer }
