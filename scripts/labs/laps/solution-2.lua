-- With a condition: the laps have numbers, and who waits, waits for the number to change.
local ipc = require "tidelock"

local come, lap, at_line = ipc.value(0, "come"), ipc.value(1, "lap"), ipc.condition{ name = "line" }

local function line(runners)
  at_line:with(function()
    local mine = lap:get()
    if come:add(1) == runners then
      come:set(0)
      lap:add(1)
      at_line:notify_all()
    end
    while lap:get() == mine do at_line:wait() end
  end)
end

return { line = line }
