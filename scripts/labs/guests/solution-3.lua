-- Tokens on the wall, counted by hand, would be lost with the guest; these come back by themselves (bounded).
local ipc = require "tidelock"

local chairs = { ipc.lock("left chair"), ipc.lock("right chair") }
local free = ipc.semaphore{ value = 2, bounded = true, name = "free" }

local function guest(dine)
  free:with(function()
    if chairs[1]:acquire(0) then chairs[1]:release() end
    dine()
  end)
end

return { guest = guest }
