-- says: "no two ever eat together"
local ipc = require "tidelock"

local waiter = ipc.semaphore{ value = 1, name = "waiter" }

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
