-- says: "the sill"
local ipc = require "tidelock"

local function put(window, loaf)
  local sill = ipc.condition{ name = "sill" }
  sill:acquire()
  while window:is_full() do sill:wait(1) end
  window:put(loaf)
  sill:notify_all()
  sill:release()
end

local function take(window)
  local sill = ipc.condition{ name = "sill" }
  sill:acquire()
  while not window:is_full() do sill:wait(1) end
  local loaf = window:take()
  sill:notify_all()
  sill:release()
  return loaf
end

return { put = put, take = take }
