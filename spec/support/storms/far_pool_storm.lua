-- Kills workers of a far pool at random while they run tasks: every result must come, and once.
--   tidelock spec/support/storms/far_pool_storm.lua [TASKS [KILLS]]       15000 tasks, at least 700 kills
local ipc = require "tidelock"
local engine = dofile "spec/support/engine.lua"
local files = dofile "spec/support/files.lua"

local TASKS, KILLS = tonumber(arg[1]) or 15000, tonumber(arg[2]) or 700
local WORKERS = 4

assert(not engine.missing, engine.missing)
local server = engine.start()
local folder = engine.folder
files.write(folder .. "/storm_task.lua", [[
local ipc = require "tidelock"
return { run = function(n, runs) runs:add(1) ipc.sleep(0.002) return 3 * n end }
]])
package.path = folder .. "/?.lua;" .. package.path
local task = require "storm_task"

local space = ipc.open(server:address "storm")
local pool, runs = space.pool("pool", { retry = 1000000 }), space.value("runs", 0)
local command = { arg[-1], "worker", "--allow", "storm_task", "--processes", ("%d"):format(WORKERS),
  server:address "storm" }
command.env, command.stderr = { LUA_PATH = folder .. "/?.lua;;" }, "null"
local worker = ipc.command(command)
while pool.workers < WORKERS do ipc.sleep(0.02) end

-- The children of a process, as the kernel has them.
local function children(pid)
  local list = io.open(("/proc/%d/task/%d/children"):format(pid, pid))
  local text, pids = list and list:read "a" or "", {}
  if list then list:close() end
  for child in text:gmatch "%d+" do pids[#pids + 1] = child end
  return pids
end

local over, killed, looked_after = ipc.event(), ipc.value(0), worker.pid
local killer = ipc.spawn(function()
  local shell, seen = assert(io.popen("sh", "w")), {} -- one for all, whose own kill is a system call
  while not over:wait(0.003 + math.random() * 0.006) do
    local pids = children(looked_after)
    local pid = pids[math.random(math.max(1, #pids))]
    if pid and not seen[pid] then
      seen[pid] = true
      shell:write("kill -9 ", pid, " 2>/dev/null\n")
      shell:flush()
      killed:add(1)
    end
  end
  shell:close()
end)

local seen, count = {}, 0
local function source(from, to)
  return function()
    from = from + 1
    return from <= to and { from } or nil
  end
end
-- rounds, until there were enough kills
local done = 0
while done < TASKS or killed:get() < KILLS do
  local futures = {}
  for list in source(done, done + 500) do futures[list[1]] = pool:submit(task.run, list[1], runs) end
  for n, future in pairs(futures) do
    assert(future:get() == 3 * n)
    assert(not seen[n], "twice")
    seen[n] = true
    count = count + 1
  end
  done = done + 500
end
over:set()
killer:join()
pool:close()
assert(pool:join(60))
worker:terminate()
worker:join(10)
assert(count == done)
print(("%d tasks, %d kills, %d runs: every result once"):format(count, killed:get(), runs:get()))
server:kill()
