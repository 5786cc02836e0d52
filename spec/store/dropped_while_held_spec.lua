-- what is dropped while its task holds it
local ipc = require "tidelock"
local PATIENCE = 20

-- Runs the chunk with few MiB of shared memory; what it printed, and any error.
local function in_little_memory(chunk)
  local program = os.getenv("TIDELOCK") or "./tidelock"
  local c = ipc.command{ program, "-e", "ipc = require 'tidelock'\n" .. chunk, env = { TIDELOCK_MEMORY = "16M" },
    stderr = "stdout" }
  local out = c:communicate(nil, PATIENCE)
  return out
end

describe("an object dropped while it is held", function()
  local cases = {
    ["a condition of a lock that is held"] = [[
      local lock = ipc.lock()
      lock:acquire()
      for i = 1, 5000 do ipc.condition(lock) end]],
    ["a condition, acquired"] = [[for i = 1, 5000 do ipc.condition():acquire() end]],
    ["a condition that has notified, and whose lock is dropped first"] = [[
      for i = 1, 5000 do
        local lock = ipc.lock()
        local c = ipc.condition(lock)
        lock = nil
        c:acquire()
        c:notify()
      end]],
    ["a lock"] = [[for i = 1, 100000 do ipc.lock():acquire() end]],
    ["an rlock"] = [[for i = 1, 100000 do ipc.rlock():acquire() end]],
    ["a rwlock"] = [[for i = 1, 5000 do ipc.rwlock():read() ipc.rwlock():write() end]],
    ["a semaphore's seat"] = [[for i = 1, 5000 do ipc.semaphore{ value = 2, bounded = true }:acquire() end]],
    ["a condition, given back by another handle"] = [[
      local q = ipc.queue()
      for i = 1, 5000 do
        local c = ipc.condition()
        c:acquire()
        q:put(c)
        c = nil
        collectgarbage(i % 50 == 0 and "collect" or "step")
        q:get():release()
      end]],
    ["one lock, through many handles"] = [[
      local q, c = ipc.queue(), ipc.condition()
      c:acquire()
      for i = 1, 100000 do
        q:put(c)
        c = q:get()
      end]],
  }
  for name, chunk in pairs(cases) do
    it("is not kept where nobody else knows it: " .. name, function()
      assert.equal("done\n", in_little_memory(chunk .. " print 'done'"))
    end)
  end

  it("is abandoned at the task's end, where others know it", function()
    for _, object in ipairs{ ipc.lock(), ipc.condition(), ipc.condition(ipc.lock()), ipc.rwlock() } do
      local take = tostring(object):find("^rwlock") and "write" or "acquire"
      local q, gone, go = ipc.queue(), ipc.event(), ipc.event()
      q:put(object)
      local p = ipc.spawn(function()
        object = nil
        local function hold(got) got[take](got) end
        hold(q:get())
        collectgarbage()
        collectgarbage()
        gone:set()
        go:wait(PATIENCE)
      end)
      gone:wait(PATIENCE)
      assert.same({ nil, "timeout" }, { object[take](object, 0) })
      go:set()
      assert.same({ true, "abandoned" }, { object[take](object, PATIENCE) })
      object:release()
      p:join()
    end
  end)

  it("still tells who was notified, though the condition is dropped before its lock is free", function()
    local q, c = ipc.queue(), ipc.condition()
    q:put(c)
    local p = ipc.spawn(function()
      local own = q:get()
      q:put("here")
      return own:with(own.wait, own, PATIENCE)
    end)
    assert.is_true(c:with(function()
      while not tostring(c):find(": 1 waiting; its lock", 1, true) do -- not one that waits for the lock
        c:release()
        ipc.sleep(0.001)
        c:acquire()
      end
      return c:notify()
    end))
    assert.is_true(p:result(PATIENCE))
  end)
end)
