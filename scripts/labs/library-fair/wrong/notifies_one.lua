-- says: "for ever at the door"
-- says: "notifies one"
local ipc = require "tidelock"

local room, inside, waits = ipc.condition{ name = "room" }, ipc.value(0, "inside"), ipc.value(0, "waits")

local function reader(read)
  room:with(function()
    while waits:get() > 0 do room:wait() end
    inside:add(1)
  end)
  read()
  room:with(function()
    inside:add(-1)
    room:notify()
  end)
end

local function writer(write)
  room:with(function()
    waits:set(1)
    while inside:get() > 0 do room:wait() end
    write()
    waits:set(0)
    room:notify()
  end)
end

return { reader = reader, writer = writer }
