-- The last one lets each of them through: as many releases as there are climbers.
local ipc = require "tidelock"

local come, gate = ipc.value(0, "come"), ipc.semaphore{ value = 0, name = "gate" }

local function meet(climbers)
  if come:add(1) == climbers then gate:release(climbers) end
  gate:acquire()
end

return { meet = meet }
