-- An event is a gate that stays open.
local ipc = require "tidelock"

local come, all_here = ipc.value(0, "come"), ipc.event{ name = "all here" }

local function meet(climbers)
  if come:add(1) == climbers then all_here:set() end
  all_here:wait()
end

return { meet = meet }
