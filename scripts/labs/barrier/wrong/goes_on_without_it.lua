-- says: "set out when only 1 of 3 had come"
-- says: "tries to take gate in line 10, does not get it, and goes on"
-- Nobody sets out from the hut before all climbers have come.
local ipc = require "tidelock"

local come, gate = ipc.value(0, "come"), ipc.semaphore{ value = 0, name = "gate" }

local function meet(climbers)
  if come:add(1) == climbers then gate:release() end
  gate:acquire(0)
  gate:release()
end

return { meet = meet }
