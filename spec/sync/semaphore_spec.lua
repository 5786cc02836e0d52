-- semaphore: the same without a name, near and far.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local shows = dofile "spec/support/shows.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

for _, at in ipairs(both.all) do
  -- A task that has taken n seats, and sleeps.
  local function taken(s, n)
    local ready = ipc.event()
    local p = ipc.spawn(function()
      for _ = 1, n do s:acquire() end
      ready:set()
      ipc.sleep()
    end)
    assert(ready:wait(PATIENCE))
    return p
  end

  describe("a semaphore, " .. at.where .. ",", function()
    it("counts", function()
      local s = at.semaphore(2)
      assert.truthy(tostring(s):find(": 2 free, 0 waiting", 1, true), tostring(s))
      assert.is_true(s:acquire())
      assert.is_true(s:acquire(0))
      assert.equal(0, s.value)
      assert.same({ nil, "timeout" }, { s:acquire(0) })
      assert.same({ nil, "timeout" }, { s:acquire(0.01) })
      assert.is_true(s:release(3))
      assert.equal(3, s.value)
      assert.equal("inside", s:with(function() return s.value == 2 and "inside" end))
      assert.equal(3, s.value)
      raises(at, s, "release: n must be an integer from 1 to 4294967295, not 0", s.release, s, 0)
      raises(at, s, "release: n must be an integer from 1 to 4294967295, not 1.5", s.release, s, 1.5)
      assert.same({ false, "raised inside" }, { pcall(s.with, s, error, "raised inside") })
      raises(at, s, "with: a function is expected, not a string", s.with, s, "no function")
      assert.equal(3, s.value)
      assert.has_error(function() at.semaphore(-1) end)
      assert.equal(1, at.semaphore().value)
    end)

    it("is released by any task", function()
      local s = at.semaphore(0)
      local waiter = ipc.spawn(function() return s:acquire(PATIENCE) and s:acquire(PATIENCE) end)
      shows(s, "1 waiting")
      s:release(2)
      assert.is_true((waiter:result(PATIENCE)))
    end)

    it("when bounded, is never above its bound", function()
      local s = at.semaphore{ value = 2, bounded = true }
      assert.truthy(tostring(s):find(": 2 of 2 free, 0 waiting", 1, true), tostring(s))
      raises(at, s, "release: above its bound; release only what was acquired", s.release, s)
      s:acquire()
      assert.has_error(function() s:release(2) end)
      assert.equal(1, s.value)
      s:release()
      assert.equal(2, s.value)
    end)

    it("when bounded, gets the seats of the dead back, each once", function()
      local s = at.semaphore{ value = 3, bounded = true }
      local p = taken(s, 3)
      s:release()
      assert.equal(1, s.value)
      p:kill()
      tasks.join{ p }
      for _ = 1, 3 do assert.is_true(s:acquire(PATIENCE)) end
      assert.same({ nil, "timeout" }, { s:acquire(0) })
      s:release(3)
      assert.equal(3, s.value)
    end)

    it("without a bound does not", function()
      local s = at.semaphore(3)
      local p = taken(s, 2)
      p:kill()
      tasks.join{ p }
      assert.is_true(s:acquire(PATIENCE))
      assert.same({ nil, "timeout" }, { s:acquire(0.05) })
    end)

    it("lets no more in than it has seats, among 8 tasks", function()
      for _, bounded in ipairs{ false, true } do
        local s, inside, list = at.semaphore{ value = 3, bounded = bounded }, at.value(0), {}
        for n = 1, 8 do
          list[n] = ipc.spawn(function()
            local worst = 0
            for _ = 1, at.times(300) do
              s:acquire()
              worst = math.max(worst, inside:add(1))
              inside:add(-1)
              s:release()
            end
            return worst
          end)
        end
        for _, p in ipairs(list) do assert.truthy(p:result(PATIENCE) <= 3) end
        assert.equal(3, s.value)
      end
    end)

    it("when bounded, gets a seat back from each of 8 tasks that are killed anywhere", function()
      local s, list = at.semaphore{ value = 3, bounded = true }, {}
      for n = 1, 8 do
        list[n] = ipc.spawn(function()
          while true do s:with(ipc.yield) end
        end)
      end
      for _, p in ipairs(list) do
        ipc.sleep(0.002)
        p:kill()
      end
      tasks.join(list)
      for _ = 1, 3 do assert.is_true(s:acquire(PATIENCE)) end
      assert.same({ nil, "timeout" }, { s:acquire(0) })
    end)

    it("is part of a cycle when bounded", function()
      local s, lock, met = at.semaphore{ value = 1, bounded = true }, at.lock(), ipc.barrier(2)
      local p = ipc.spawn(function()
        s:acquire()
        met:wait()
        local ok, why = pcall(lock.acquire, lock)
        s:release()
        return ok, why
      end)
      lock:acquire()
      met:wait()
      local ok, why = pcall(s.acquire, s)
      lock:release()
      local other, other_why = p:result(PATIENCE)
      assert.truthy(ok ~= other, "one of the two is told")
      assert.truthy((ok and other_why or why):find("deadlock: ", 1, true))
    end)
  end)
end
