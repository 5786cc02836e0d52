-- semaphore, event, latch and barrier: the same near and far.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local PATIENCE = 20

local function join(list)
  for _, p in ipairs(list) do assert(p:join(PATIENCE)) end
end

local function shows(object, text)
  await(function() return tostring(object):find(text, 1, true) end)
end

for _, at in ipairs(both) do
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
      join{ p }
      for _ = 1, 3 do assert.is_true(s:acquire(PATIENCE)) end
      assert.same({ nil, "timeout" }, { s:acquire(0) })
      s:release(3)
      assert.equal(3, s.value)
    end)

    it("without a bound does not", function()
      local s = at.semaphore(3)
      local p = taken(s, 2)
      p:kill()
      join{ p }
      assert.is_true(s:acquire(PATIENCE))
      assert.same({ nil, "timeout" }, { s:acquire(0.05) })
    end)

    it("lets no more in than it has seats", function()
      local s, inside, list = at.semaphore{ value = 2, bounded = true }, at.value(0), {}
      for n = 1, 4 do
        list[n] = ipc.spawn(function()
          local worst = 0
          for _ = 1, 30 do
            s:acquire()
            worst = math.max(worst, inside:add(1))
            inside:add(-1)
            s:release()
          end
          return worst
        end)
      end
      for _, p in ipairs(list) do assert.truthy(p:result(PATIENCE) <= 2) end
      assert.equal(2, s.value)
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

  describe("an event, " .. at.where .. ",", function()
    it("lets everybody go on once it is set, until it is cleared", function()
      local e, list = at.event(), {}
      assert.truthy(tostring(e):find(": not set, 0 waiting", 1, true))
      for n = 1, 3 do list[n] = ipc.spawn(function() return e:wait() end) end
      shows(e, "3 waiting")
      assert.is_false(e:is_set())
      assert.is_true(e:set())
      for _, p in ipairs(list) do assert.is_true(p:result(PATIENCE)) end
      assert.is_true(e:wait(0))
      assert.is_true(e:is_set())
      assert.truthy(tostring(e):find(": set, 0 waiting", 1, true))
      assert.is_true(e:clear())
      assert.is_false(e:is_set())
      assert.same({ nil, "timeout" }, { e:wait(0) })
      assert.same({ nil, "timeout" }, { e:wait(0.01) })
      raises(at, e, "set: takes no argument, and got 1", e.set, e, true)
    end)

    it("lets the waiters go though it is cleared at once, and though some were killed", function()
      local e, list = at.event(), {}
      for n = 1, 4 do list[n] = ipc.spawn(function() return e:wait(PATIENCE) end) end
      shows(e, "4 waiting")
      list[1]:kill()
      list[3]:kill()
      e:set()
      e:clear()
      assert.is_true((list[2]:result(PATIENCE)))
      assert.is_true((list[4]:result(PATIENCE)))
      join(list)
    end)
  end)

  describe("a latch, " .. at.where .. ",", function()
    it("opens once, for good", function()
      local latch, list = at.latch(3), {}
      assert.truthy(tostring(latch):find(": 3 to count down, 0 waiting", 1, true), tostring(latch))
      for n = 1, 3 do
        list[n] = ipc.spawn(function()
          latch:count_down()
          return latch:wait(PATIENCE)
        end)
      end
      for _, p in ipairs(list) do assert.is_true((p:result(PATIENCE))) end
      assert.equal(0, latch.count)
      latch:count_down(5)
      assert.equal(0, latch.count)
      assert.is_true(latch:wait(0))
      assert.same({ nil, "timeout" }, { at.latch(1):wait(0) })
      assert.same({ nil, "timeout" }, { at.latch(1):wait(0.01) })
      assert.is_true(at.latch(0):wait())
    end)

    it("counts by 1 at least", function()
      local latch = at.latch(3)
      for _, wrong in ipairs{ 0, -1, 1.5 } do
        raises(at, latch, "count_down: n must be an integer from 1", latch.count_down, latch, wrong)
      end
      latch:count_down(2)
      assert.equal(1, latch.count)
      for _, wrong in ipairs{ -1, 1.5, "2" } do
        local ok, why = pcall(at.latch, wrong)
        assert.truthy(not ok and why:find("latch: count must be an integer from 0", 1, true), why)
      end
      local ok, why = pcall(at.latch)
      assert.truthy(not ok and why:find("latch: count must be an integer from 0 to 4294967295, not nil", 1, true), why)
    end)
  end)

  describe("a barrier, " .. at.where .. ",", function()
    it("lets all go when the last has come, and tells each its place", function()
      local b, list, places = at.barrier(4), {}, {}
      for n = 1, 4 do list[n] = ipc.spawn(function() return b:wait() end) end
      for _, p in ipairs(list) do places[#places + 1] = p:result(PATIENCE) end
      table.sort(places)
      assert.same({ 1, 2, 3, 4 }, places)
      assert.same({ 4, 0, false }, { b.parties, b.waiting, b.broken })
    end)

    it("is used again at once, and nobody gets ahead by a round", function()
      local b, rounds, list = at.barrier(3), at.value(0), {}
      for n = 1, 3 do
        list[n] = ipc.spawn(function()
          for round = 1, 20 do
            rounds:add(1)
            assert(b:wait())
            assert(rounds:get() >= round * 3 and rounds:get() <= (round + 1) * 3)
          end
          return true
        end)
      end
      for _, p in ipairs(list) do assert.is_true(p:result(PATIENCE)) end
    end)

    it("breaks when the time of one is over, until it is reset", function()
      local b = at.barrier(3)
      local p = ipc.spawn(function() return select(2, b:wait()) end)
      await(function() return b.waiting >= 1 end)
      assert.truthy(tostring(b):find(": 1 of 3 waiting", 1, true))
      assert.same({ nil, "timeout" }, { b:wait(0.01) })
      assert.equal("broken", p:result(PATIENCE))
      assert.is_true(b.broken)
      assert.truthy(tostring(b):find(": 0 of 3 waiting, broken", 1, true), tostring(b))
      assert.same({ nil, "broken" }, { b:wait() })
      b:reset()
      assert.is_false(b.broken)
      assert.same({ nil, "timeout" }, { b:wait(0) })
    end)

    it("breaks by abort, by reset while somebody waits, and by a death", function()
      for _, how in ipairs{ "abort", "reset", "kill" } do
        local b = at.barrier(3)
        local victim = ipc.spawn(function() b:wait() end)
        local p = ipc.spawn(function() return select(2, b:wait()) end)
        await(function() return b.waiting >= 2 end)
        if how == "kill" then victim:kill() else b[how](b) end
        assert.equal("broken", p:result(PATIENCE))
        join{ victim }
      end
    end)

    it("serves again after a death and a reset", function()
      local b, list = at.barrier(3), {}
      local victim = ipc.spawn(function() b:wait() end)
      await(function() return b.waiting >= 1 end)
      victim:kill()
      join{ victim }
      assert.same({ nil, "broken" }, { b:wait(PATIENCE) })
      b:reset()
      for n = 1, 2 do list[n] = ipc.spawn(function() return b:wait(PATIENCE) end) end
      assert.truthy(b:wait(PATIENCE))
      for _, p in ipairs(list) do assert.truthy(p:result(PATIENCE)) end
      b:abort()
      assert.same({ nil, "broken" }, { b:wait(0) })
    end)

    it("of one lets everybody through", function()
      local b = at.barrier(1)
      assert.same({ 1, 1, 1 }, { b:wait(), b:wait(0), b:wait() })
      assert.has_error(function() at.barrier(0) end)
      local ok, why = pcall(at.barrier)
      assert.truthy(not ok and why:find("barrier: parties must be an integer from 1 to 1000000, not nil", 1, true), why)
    end)
  end)
end
