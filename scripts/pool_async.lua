-- Ten tasks of half a second on four workers: one by one, then all at once.
-- Watch: apply waits for each task, about 5 s; submit does not, and three rounds of four take about 1.5 s.
-- Change: the number of workers; cancel one of the futures before its get.
local ipc = require "tidelock"

local TASKS, SECONDS = 10, 0.5

local function task(n)
  ipc.sleep(SECONDS)
  return n * n
end

local function timed(name, fn)
  local before = ipc.now()
  local sum = fn()
  local took = ipc.now() - before
  print(("%-20s %4.1f s, sum %d"):format(name, took, sum))
  return took, sum
end

local pool = ipc.pool(4)

local slow, one_by_one = timed("apply, one by one", function()
  local sum = 0
  for n = 1, TASKS do sum = sum + pool:apply(task, n) end
  return sum
end)

local fast, together = timed("submit all, then get", function()
  local futures, sum = {}, 0
  for n = 1, TASKS do futures[n] = pool:submit(task, n) end
  for _, future in ipairs(futures) do sum = sum + future:get() end
  return sum
end)

pool:close()
pool:join()
assert(one_by_one == together and fast < slow)
