-- says: "is a lap ahead"
-- At the line all wait for all, lap after lap.
local ipc = require "tidelock"

local come = ipc.value(0, "come")
local entry, exit = ipc.semaphore{ value = 0, name = "entry" }, ipc.semaphore{ value = 0, name = "exit" }

local function line(runners)
  if come:add(1) == runners then entry:release(runners + 1) end
  entry:acquire()
  if come:add(-1) == 0 then exit:release(runners) end
  exit:acquire()
end

return { line = line }
