-- says: "wait for ever, and the sill is full"
local ipc = require "tidelock"

local sill = ipc.lock{ name = "sill" }
local room, bread = ipc.semaphore{ value = 1, name = "room" }, ipc.semaphore{ value = 0, name = "bread" }

local function put(window, loaf)
  sill:acquire()
  room:acquire()
  window:put(loaf)
  bread:release()
  sill:release()
end

local function take(window)
  sill:acquire()
  bread:acquire()
  local loaf = window:take()
  room:release()
  sill:release()
  return loaf
end

return { put = put, take = take }
