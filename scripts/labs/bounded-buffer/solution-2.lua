-- One condition for all: then each change has to wake all of them, since a single wake-up may reach the wrong one.
local ipc = require "tidelock"

local sill = ipc.condition{ name = "sill" }

local function put(window, loaf)
  sill:with(function()
    sill:wait_for(function() return not window:is_full() end)
    window:put(loaf)
    sill:notify_all()
  end)
end

local function take(window)
  return sill:with(function()
    sill:wait_for(function() return window:is_full() end)
    local loaf = window:take()
    sill:notify_all()
    return loaf
  end)
end

return { put = put, take = take }
