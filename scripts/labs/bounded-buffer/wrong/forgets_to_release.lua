-- says: "for ever, and the sill is "
-- One loaf fits on the sill. The baker puts it there, a guest takes it; whose turn it is not, sleeps.
local ipc = require "tidelock"

local sill = ipc.lock{ name = "sill" }
local room, bread = ipc.condition{ lock = sill, name = "room" }, ipc.condition{ lock = sill, name = "bread" }

local function put(window, loaf)
  sill:acquire()
  while window:is_full() do room:wait() end
  window:put(loaf)
  bread:notify()
end

local function take(window)
  local loaf
  sill:acquire()
  while not window:is_full() do bread:wait() end
  loaf = window:take()
  room:notify()
  sill:release()
  return loaf
end

return { put = put, take = take }
