-- says: "chronicler writes while somebody reads"
-- says: "without looking at inside again: who is woken looks again"
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
    room:notify_all()
  end)
end

local function writer(write)
  room:with(function()
    waits:set(1)
    if inside:get() > 0 then room:wait() end
    write()
    waits:set(0)
    room:notify_all()
  end)
end

return { reader = reader, writer = writer }
