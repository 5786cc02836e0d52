-- The same tasks done three ways: by a plain loop, by a pool's map, and by one process for each task.
-- Watch: the results agree; with two CPUs the pool takes about half the loop's time, and forks once for each worker.
-- Change: how many tasks there are, how heavy each is, how many workers the pool has.
local ipc = require "tidelock"

local TASKS, HEAVY = 100, 200000

local function task(n)
  local sum = 0
  for i = 1, HEAVY do sum = (sum * 31 + n + i) % 1000003 end
  return sum
end

local function timed(name, fn)
  local before = ipc.now()
  local results = fn()
  print(("%-22s %6.3f s"):format(name, ipc.now() - before))
  return results
end

local numbers = {}
for n = 1, TASKS do numbers[n] = n end

local pool = ipc.pool()

local by_loop = timed("plain loop", function()
  local results = {}
  for i, n in ipairs(numbers) do results[i] = task(n) end
  return results
end)

local by_pool = timed("pool of " .. pool.workers, function() return pool:map(task, numbers) end)

local by_processes = timed("a process for each", function()
  local processes, results = {}, {}
  for i, n in ipairs(numbers) do processes[i] = ipc.spawn(task, n) end
  for i, process in ipairs(processes) do results[i] = process:result() end
  return results
end)

for i = 1, TASKS do assert(by_loop[i] == by_pool[i] and by_loop[i] == by_processes[i]) end
print(TASKS .. " results, the same three times")
