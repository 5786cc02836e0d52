-- says: "wait for ever, and the sill is empty"
-- One loaf fits on the sill. The baker puts it there, a guest takes it; whose turn it is not, sleeps.
local ipc = require "tidelock"

local sill = ipc.lock{ name = "sill" }
local change = ipc.condition{ lock = sill, name = "change" }

local function put(window, loaf)
  sill:acquire()
  while window:is_full() do change:wait() end
  window:put(loaf)
  change:notify()
  sill:release()
end

local function take(window)
  local loaf
  sill:acquire()
  while not window:is_full() do change:wait() end
  loaf = window:take()
  change:notify()
  sill:release()
  return loaf
end

return { put = put, take = take }
