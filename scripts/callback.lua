-- A task runs in a worker; what it returns is handed to a callback in the process that owns the pool.
-- Watch: the pids. The callback runs in the main process, after the task, while the main script waits for an event.
-- Change: let the task raise, and give apply_async a second callback, for errors.
local ipc = require "tidelock"

local function task(n)
  print("task:     pid " .. ipc.getpid())
  ipc.sleep(0.2)
  return n * 2, ipc.getpid()
end

local pool = ipc.pool(2)
local over = ipc.event()
local told

pool:apply_async(task, { 21 }, function(result, pid)
  print("callback: pid " .. ipc.getpid() .. " got " .. result .. " from pid " .. pid)
  told = { result = result, from = pid, pid = ipc.getpid() }
  over:set()
end)

print("main:     pid " .. ipc.getpid() .. " waits for an event")
over:wait()
assert(told.result == 42 and told.pid == ipc.getpid() and told.from ~= told.pid)
