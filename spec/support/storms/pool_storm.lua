-- A pool under fire: a killer kills workers while tasks run.  Every task must end exactly once: done, or failed by its
-- worker's death; run again as often as the pool allows, and no more.
--   pool_storm.lua [kills [tasks]]
local ipc = require "tidelock"

local KILLS = math.tointeger(tonumber(arg[1])) or 1000
local TASKS = math.tointeger(tonumber(arg[2])) or 100000
local WORKERS, RETRY, BATCH, PATIENCE = 4, 1, 2000, 60

local workers, began = ipc.queue(), ipc.value(0)
local runs, ends = ipc.array("int32", TASKS), ipc.array("int32", TASKS)

local pool = ipc.pool{ workers = WORKERS, retry = RETRY, initializer = function() workers:put(ipc.current()) end }

-- as many kills as tasks that began allow: the last comes before the last task
local killer = ipc.process{ daemon = true, target = function()
  local alive, killed = {}, 0
  while killed < KILLS do
    for _, worker in ipairs(workers:get_many(WORKERS, 0) or {}) do alive[#alive + 1] = worker end
    if #alive > 0 and began:get() >= killed * (TASKS // KILLS) * 0.95 then
      table.remove(alive, math.random(#alive)):kill()
      killed = killed + 1
    else
      ipc.yield()
    end
  end
  return killed
end }:start()

local function task(i)
  began:add(1)
  runs:add(i, 1)
  local sum = 0
  for n = 1, i % 4000 do sum = sum + n end
  ends:add(i, 1)
  return i, sum
end

local done, failed, again = 0, 0, 0

local function settle(i, future)
  local ok, value, sum = pcall(future.get, future, PATIENCE)
  assert(value ~= nil, "a task does not end: " .. i .. ", " .. tostring(pool))
  if ok then
    local n = i % 4000
    assert(value == i and sum == n * (n + 1) // 2, "not the result of task " .. i)
    assert(ends[i] >= 1 and runs[i] >= 1 and runs[i] <= 1 + RETRY, "task " .. i .. " ran " .. runs[i] .. " times")
    done = done + 1
  else
    assert(value:find("died: killed by signal 9"), value)
    assert(runs[i] <= 1 + RETRY, "task " .. i .. " ran " .. runs[i] .. " times")
    failed = failed + 1
  end
  again = again + (runs[i] > 1 and 1 or 0)
end

for first = 1, TASKS, BATCH do
  local futures = {}
  for i = first, math.min(first + BATCH - 1, TASKS) do futures[i] = pool:submit(task, i) end
  for i = first, math.min(first + BATCH - 1, TASKS) do settle(i, futures[i]) end
end

local killed = assert(killer:result(PATIENCE))
assert(pool:apply(function() return "at work" end) == "at work")
pool:close()
assert(pool:join(PATIENCE))
assert(done + failed == TASKS and failed + again <= killed + 1)
print(("%d kills: of %d tasks %d done, %d failed, %d ran again"):format(killed, TASKS, done, failed, again))
