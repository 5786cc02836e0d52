-- A waiter lets three of the four reach for forks at a time: one of them always gets both.
local ipc = require "tidelock"

local waiter = ipc.semaphore{ value = 3, name = "waiter" }

local function dine(n, forks, eat)
  local left, right = forks[n], forks[n % #forks + 1]
  waiter:acquire()
  left:acquire()
  right:acquire()
  eat()
  right:release()
  left:release()
  waiter:release()
end

return { dine = dine }
