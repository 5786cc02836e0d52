-- Tasks that sleep, and how often they wake: for specs, and for programs of their own that specs run.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local PATIENCE = 60
local sleepers = {}

-- How often the tasks have gone to sleep so far, all together.
function sleepers.count(tasks)
  local sum = 0
  for _, task in ipairs(tasks) do
    for line in io.lines("/proc/" .. task.pid .. "/status") do
      sum = sum + (tonumber(line:match("^voluntary_ctxt_switches:%s*(%d+)")) or 0)
    end
  end
  return sum
end

-- By no wait of ours: whoever falls asleep or wakes may hand the watch to another.
local function pass(seconds)
  os.execute("sleep " .. seconds)
end

-- Among many some look at the table now and then, four times a second each.
local function quiet(tasks)
  local most = #tasks > 20 and 8 or 0
  local last
  await(function()
    local seen = sleepers.count(tasks)
    local few = last and seen - last <= most
    last = seen
    pass(0.15)
    return few
  end)
end

-- Tasks that wait for the event, asleep for good.
function sleepers.start(n, event)
  local tasks, ready = {}, ipc.latch(n)
  for i = 1, n do
    tasks[i] = ipc.spawn(function() ready:count_down() return event:wait(PATIENCE) end)
  end
  assert(ready:wait(PATIENCE))
  quiet(tasks)
  return tasks
end

function sleepers.release(tasks, event)
  event:set()
  for _, task in ipairs(tasks) do assert(task:result(PATIENCE)) end
end

-- A task that waits for a connection and an event, beside so many, does not wake while nothing comes.
function sleepers.looks(many)
  local event = ipc.event()
  local tasks = many > 0 and sleepers.start(many, event) or {}
  local poller = ipc.spawn(function()
    local listener = ipc.listen("tcp:127.0.0.1:0")
    return ipc.wait({ listener, event }, PATIENCE)[1] == event
  end)
  quiet{ poller }
  local before = sleepers.count{ poller }
  pass(1)
  local woken = sleepers.count{ poller } - before
  tasks[#tasks + 1] = poller
  sleepers.release(tasks, event)
  assert(woken < 8, woken .. " wakes")
end

-- One that waits for a connection and a process, beside so many, hears of its death.
function sleepers.hears(many)
  local event, lock, held = ipc.event(), ipc.lock(), ipc.event()
  local tasks = many > 0 and sleepers.start(many, event) or {}
  local holder = ipc.spawn(function() lock:acquire() held:set() ipc.sleep() end)
  assert(held:wait(PATIENCE))
  local poller = ipc.spawn(function()
    local listener = ipc.listen("tcp:127.0.0.1:0")
    return ipc.wait({ listener, holder }, PATIENCE)[1] == holder
  end)
  quiet{ poller }
  holder:kill()
  assert(poller:result(PATIENCE / 2))
  sleepers.release(tasks, event)
end

return sleepers
