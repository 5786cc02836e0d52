-- Two gates in turn: odd laps go through one, even laps through the other.
local ipc = require "tidelock"

local come = ipc.value(0, "come")
local gates = { [0] = ipc.semaphore{ value = 0, name = "even" }, ipc.semaphore{ value = 0, name = "odd" } }
local lap = 0 -- of this runner

local function line(runners)
  lap = lap + 1
  local gate = gates[lap % 2]
  if come:add(1) == lap * runners then gate:release(runners) end
  gate:acquire()
end

return { line = line }
