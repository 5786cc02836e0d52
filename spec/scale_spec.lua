local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local PATIENCE = 60

-- How often the tasks have gone to sleep so far, all together.
local function sleeps(tasks)
  local sum = 0
  for _, task in ipairs(tasks) do
    for line in io.lines("/proc/" .. task.pid .. "/status") do
      sum = sum + (tonumber(line:match("^voluntary_ctxt_switches:%s*(%d+)")) or 0)
    end
  end
  return sum
end

local function quiet(tasks)
  local last
  await(function()
    local seen = sleeps(tasks)
    local same = seen == last
    last = seen
    ipc.sleep(0.15)
    return same
  end)
end

-- Tasks that wait for the event, asleep for good.
local function sleepers(n, event)
  local tasks, ready = {}, ipc.latch(n)
  for i = 1, n do
    tasks[i] = ipc.spawn(function() ready:count_down() return event:wait(PATIENCE) end)
  end
  assert(ready:wait(PATIENCE))
  quiet(tasks)
  return tasks
end

local function release(tasks, event)
  event:set()
  for _, task in ipairs(tasks) do assert.is_true(task:result(PATIENCE)) end
end

describe("among many who sleep", function()
  it("the end of a task wakes a few, not all", function()
    local event, ENDS = ipc.event(), 50
    local tasks = sleepers(40, event)
    local before = sleeps(tasks)
    for _ = 1, ENDS do assert(ipc.spawn(function() end):join(PATIENCE)) end
    local woken = sleeps(tasks) - before
    release(tasks, event)
    assert.is_true(woken < 12 * ENDS, woken .. " wakes for " .. ENDS .. " ends")
  end)

  it("one that was notified goes on when the notifier ends with the lock", function()
    local changed = ipc.condition()
    local waits = ipc.spawn(function()
      changed:acquire()
      local ok, why = changed:wait(PATIENCE)
      return ok, why
    end)
    await(function() return tostring(changed):find("1 waiting") end)
    local began = ipc.now()
    ipc.spawn(function() changed:acquire() changed:notify() end):join(PATIENCE)
    waits:join(PATIENCE)
    assert.is_true(ipc.now() - began < PATIENCE / 2)
    assert.equal(0, waits.exitcode)
  end)

  for _, many in ipairs{ 0, 12 } do
    it("who waits for a connection too sleeps without a look, beside " .. many, function()
      local event = ipc.event()
      local tasks = many > 0 and sleepers(many, event) or {}
      local poller = ipc.spawn(function()
        local listener = ipc.listen("tcp:127.0.0.1:0")
        return ipc.wait({ listener, event }, PATIENCE)[1] == event
      end)
      quiet{ poller }
      local before = sleeps{ poller }
      ipc.sleep(1)
      local woken = sleeps{ poller } - before
      tasks[#tasks + 1] = poller
      release(tasks, event)
      assert.is_true(woken < 8, woken .. " wakes")
    end)

    it("who waits for a connection too hears of a death, beside " .. many, function()
      local event, lock, held = ipc.event(), ipc.lock(), ipc.event()
      local tasks = many > 0 and sleepers(many, event) or {}
      local holder = ipc.spawn(function() lock:acquire() held:set() ipc.sleep() end)
      assert(held:wait(PATIENCE))
      local poller = ipc.spawn(function()
        local listener = ipc.listen("tcp:127.0.0.1:0")
        return ipc.wait({ listener, holder }, PATIENCE)[1] == holder
      end)
      quiet{ poller }
      holder:kill()
      assert.is_true(poller:result(PATIENCE / 2))
      release(tasks, event)
    end)
  end
end)
