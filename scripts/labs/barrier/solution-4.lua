-- With a condition: who is not the last one sleeps until all have come.
local ipc = require "tidelock"

local come, hut = ipc.value(0, "come"), ipc.condition{ name = "hut" }

local function meet(climbers)
  hut:with(function()
    if come:add(1) == climbers then hut:notify_all() end
    while come:get() < climbers do hut:wait() end
  end)
end

return { meet = meet }
