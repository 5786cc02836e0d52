-- says: "no two ever eat together"
local ipc = require "tidelock"

local bowl = ipc.lock{ name = "bowl" }

local function dine(n, forks, eat)
  local first, second = forks[n], forks[n % #forks + 1]
  bowl:acquire()
  first:acquire()
  second:acquire()
  eat()
  second:release()
  first:release()
  bowl:release()
end

return { dine = dine }
