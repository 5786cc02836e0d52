-- A bug behind 100 private steps: each task counts for itself before and after the two steps that are a lost update.
-- Musuvathi and others, Finding and reproducing Heisenbugs in concurrent programs, 2008, on which steps matter.
local ipc = require "tidelock"

local total = ipc.value(0, "total")

local function count(before, after)
  local own = ipc.value(0, "own")
  for _ = 1, before do own:add(1) end
  local old = total:get()
  total:set(old + own:get())
  for _ = 1, after do own:add(1) end
end

local ann = ipc.spawn{ target = count, args = { 100, 0 }, name = "ann" }
local bob = ipc.spawn{ target = count, args = { 10, 90 }, name = "bob" }
ann:join()
bob:join()
ipc.always(total:get() == 110, "the total is %d, not 110", total:get())
