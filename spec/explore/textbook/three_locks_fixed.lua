-- Three locks, corrected: all take the fork with the lower number first.  Who holds the highest of those that are held
-- waits for nobody, so there is no circle.
local ipc = require "tidelock"

local forks = { ipc.lock("fork-1"), ipc.lock("fork-2"), ipc.lock("fork-3") }

local function eat(lower, higher)
  lower:acquire()
  higher:acquire()
  higher:release()
  lower:release()
end

local diners = {}
for n = 1, 3 do
  local left, right = n, n % 3 + 1
  local lower, higher = forks[math.min(left, right)], forks[math.max(left, right)]
  diners[n] = ipc.spawn{ target = eat, args = { lower, higher }, name = "diner-" .. n }
end
for _, diner in ipairs(diners) do diner:join() end
