-- A bug behind 100 private steps, corrected: the total is read and written in one step.
local ipc = require "tidelock"

local total = ipc.value(0, "total")

local function count(before, after)
  local own = ipc.value(0, "own")
  for _ = 1, before do own:add(1) end
  total:add(own:get())
  for _ = 1, after do own:add(1) end
end

local ann = ipc.spawn{ target = count, args = { 100, 0 }, name = "ann" }
local bob = ipc.spawn{ target = count, args = { 10, 90 }, name = "bob" }
ann:join()
bob:join()
ipc.always(total:get() == 110, "the total is %d, not 110", total:get())
