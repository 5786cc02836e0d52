-- says: "a circle, so none can go on"
local ipc = require "tidelock"

local waiter = ipc.semaphore{ value = 4, name = "waiter" }

local function dine(n, forks, eat)
  waiter:acquire()
  forks[n]:acquire()
  forks[n % #forks + 1]:acquire()
  eat()
  forks[n % #forks + 1]:release()
  forks[n]:release()
  waiter:release()
end

return { dine = dine }
