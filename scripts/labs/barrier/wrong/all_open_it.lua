-- says: "set out when only"
-- Nobody sets out from the hut before all climbers have come.
local ipc = require "tidelock"

local come, gate = ipc.value(0, "come"), ipc.semaphore{ value = 0, name = "gate" }

local function meet(climbers) -- so many they are
  come:add(1)
  gate:release()
  gate:acquire()
  gate:release()
end

return { meet = meet }
