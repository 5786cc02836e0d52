-- says: "the sill"
local ipc = require "tidelock"

local sill = ipc.lock{ name = "sill" }

local function put(window, loaf)
  while window:is_full() do ipc.yield() end
  sill:with(function() window:put(loaf) end)
end

local function take(window)
  while not window:is_full() do ipc.yield() end
  return sill:with(function() return window:take() end)
end

return { put = put, take = take }
