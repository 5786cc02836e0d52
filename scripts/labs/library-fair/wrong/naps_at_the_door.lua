-- says: "was passed by 2 readers who came later"
-- says: "a sleep is a guess"
local ipc = require "tidelock"

local room, counter, inside = ipc.semaphore{ value = 1, name = "room" }, ipc.lock("counter"), ipc.value(0, "inside")

local function reader(read)
  ipc.sleep(0.1) -- so that the chronicler comes first
  counter:with(function() if inside:add(1) == 1 then room:acquire() end end)
  read()
  counter:with(function() if inside:add(-1) == 0 then room:release() end end)
end

local function writer(write)
  room:with(write)
end

return { reader = reader, writer = writer }
