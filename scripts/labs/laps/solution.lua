-- At the line all wait for all, lap after lap.
local ipc = require "tidelock"

local come = ipc.value(0, "come")
local entry, exit = ipc.semaphore{ value = 0, name = "entry" }, ipc.semaphore{ value = 0, name = "exit" }

local function line(runners)
  if come:add(1) == runners then entry:release(runners) end
  entry:acquire()
  --[[ hole: a second gate, which the last one between the gates opens for all ]]
  --[[ start: come:set(0) ]]
  if come:add(-1) == 0 then exit:release(runners) end
  exit:acquire()
  --[[ end ]]
end

return { line = line }
