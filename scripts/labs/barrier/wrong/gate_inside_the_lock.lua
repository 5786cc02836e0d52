-- says: "at the hut for ever"
local ipc = require "tidelock"

local come, gate = ipc.value(0, "come"), ipc.semaphore{ value = 0, name = "gate" }
local book = ipc.lock{ name = "book" }

local function meet(climbers)
  book:acquire()
  if come:add(1) == climbers then gate:release() end
  gate:acquire()
  gate:release()
  book:release()
end

return { meet = meet }
