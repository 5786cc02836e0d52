-- One loaf fits on the sill. The baker puts it there, a guest takes it; whose turn it is not, sleeps.
local ipc = require "tidelock"

local sill = ipc.lock{ name = "sill" }
local room, bread = ipc.condition{ lock = sill, name = "room" }, ipc.condition{ lock = sill, name = "bread" }

local function put(window, loaf)
  sill:acquire()
  --[[ hole: sleep while the sill is full, put the loaf there, wake a guest ]]
  --[[ start: window:put(loaf) ]]
  while window:is_full() do room:wait() end
  window:put(loaf)
  bread:notify()
  --[[ end ]]
  sill:release()
end

local function take(window)
  local loaf
  sill:acquire()
  --[[ hole: sleep while the sill is empty, take the loaf, wake the baker ]]
  --[[ start: loaf = window:take() ]]
  while not window:is_full() do bread:wait() end
  loaf = window:take()
  room:notify()
  --[[ end ]]
  sill:release()
  return loaf
end

return { put = put, take = take }
