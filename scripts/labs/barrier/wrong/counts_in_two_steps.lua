-- says: "at the hut for ever"
-- Nobody sets out from the hut before all climbers have come.
local ipc = require "tidelock"

local come, gate = ipc.value(0, "come"), ipc.semaphore{ value = 0, name = "gate" }

local function meet(climbers) -- so many they are
  come:set(come:get() + 1)
  if come:get() == climbers then gate:release() end
  gate:acquire()
  gate:release()
end

return { meet = meet }
