-- Two semaphores: one counts the room on the sill, the other one the loaves. With one cell they are lock enough.
local ipc = require "tidelock"

local room, bread = ipc.semaphore{ value = 1, name = "room" }, ipc.semaphore{ value = 0, name = "bread" }

local function put(window, loaf)
  room:acquire()
  window:put(loaf)
  bread:release()
end

local function take(window)
  bread:acquire()
  local loaf = window:take()
  room:release()
  return loaf
end

return { put = put, take = take }
