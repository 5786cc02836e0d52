-- says: "at the hut for ever"
local ipc = require "tidelock"

local come, hut = ipc.value(0, "come"), ipc.condition{ name = "hut" }

local function meet(climbers)
  if come:add(1) == climbers then
    hut:with(function() hut:notify_all() end)
  else
    hut:with(function() hut:wait() end)
  end
end

return { meet = meet }
