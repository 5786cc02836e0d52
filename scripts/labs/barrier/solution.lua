-- Nobody sets out from the hut before all climbers have come.
local ipc = require "tidelock"

local come, gate = ipc.value(0, "come"), ipc.semaphore{ value = 0, name = "gate" }

local function meet(climbers) -- so many they are
  --[[ hole: count yourself in; the last one opens the gate; who goes through holds it open ]]
  --[[ start: come:add(1) ]]
  if come:add(1) == climbers then gate:release() end
  gate:acquire()
  gate:release()
  --[[ end ]]
end

return { meet = meet }
