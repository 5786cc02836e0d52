-- A condition, and what is true of the room in two numbers.
local ipc = require "tidelock"

local room, readers, writers = ipc.condition{ name = "room" }, ipc.value(0, "readers"), ipc.value(0, "writers")

local function reader(read)
  room:with(function()
    while writers:get() > 0 do room:wait() end
    readers:add(1)
  end)
  read()
  room:with(function()
    if readers:add(-1) == 0 then room:notify_all() end
  end)
end

local function writer(write)
  room:with(function()
    while readers:get() + writers:get() > 0 do room:wait() end
    writers:set(1)
  end)
  write()
  room:with(function()
    writers:set(0)
    room:notify_all()
  end)
end

return { reader = reader, writer = writer }
