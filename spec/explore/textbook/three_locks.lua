-- Three locks in a circle: each holds its left fork and waits for its right one.
-- Dijkstra, Hierarchical ordering of sequential processes, 1971.
local ipc = require "tidelock"

local forks = { ipc.lock("fork-1"), ipc.lock("fork-2"), ipc.lock("fork-3") }

local function eat(left, right)
  left:acquire()
  right:acquire()
  right:release()
  left:release()
end

local diners = {}
for n = 1, 3 do
  diners[n] = ipc.spawn{ target = eat, args = { forks[n], forks[n % 3 + 1] }, name = "diner-" .. n }
end
for _, diner in ipairs(diners) do diner:join() end
