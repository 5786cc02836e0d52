-- condition: the same without a name, near and far.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local shows = dofile "spec/support/shows.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

local function waiting(c, n)
  shows(c, n .. " waiting; its lock is free")
end

for _, at in ipairs(both.all) do
  describe("a condition, " .. at.where .. ",", function()
    it("lets exactly as many go on as notify says, the longest-waiting first", function()
      local c, order, list = at.condition(), ipc.queue(), {}
      for n = 1, 5 do
        list[n] = ipc.spawn(function()
          c:acquire()
          c:wait()
          order:put(n)
          c:release()
        end)
        waiting(c, n)
      end
      c:with(function() c:notify(2) end)
      local got = { order:get(PATIENCE), order:get(PATIENCE) }
      table.sort(got)
      assert.same({ 1, 2 }, got)
      assert.same({ nil, "empty" }, { order:get(0.05) })
      c:with(function() assert.is_true(c:notify_all()) end)
      for _ = 1, 3 do assert(order:get(PATIENCE)) end
      tasks.succeed(list)
    end)

    it("gives the lock up while it waits, and has it after a timeout too", function()
      local lock = at.lock()
      local c = at.condition(lock)
      lock:acquire()
      local p = ipc.spawn(function() return lock:with(function() return "free meanwhile" end) end)
      local limit = ipc.now() + PATIENCE
      repeat assert.same({ nil, "timeout" }, { c:wait(0.1) }) until not p:is_alive() or ipc.now() > limit
      assert.equal("free meanwhile", p:result(0))
      assert.equal("main", lock.holder)
      assert.same({ nil, "timeout" }, { c:wait(0) })
      assert.equal("main", lock.holder)
      lock:release()
    end)

    it("is used with its lock held only", function()
      local c = at.condition()
      local function yes() return true end
      for call, given in pairs{ wait = { 0 }, wait_for = { yes }, notify = { 1 }, notify_all = {} } do
        raises(at, c, call .. ": this task does not hold its lock; acquire it first", c[call], c, table.unpack(given))
      end
      raises(at, c, "release: not held by this task", c.release, c)
      c:acquire()
      raises(at, c, "acquire: deadlock: held by this task already", c.acquire, c)
      raises(at, c, "notify: n must be an integer from 1", c.notify, c, 0)
      raises(at, c, "wait_for: a function is expected", c.wait_for, c, true)
      assert.is_true(c:wait_for(yes))
      c:release()
      assert.same({ 1, 2 }, { c:with(function(...) return ... end, 1, 2) })
      assert.is_false(pcall(c.with, c, error, "raised inside"))
      assert.same({ true }, { c:acquire(0) })
      c:release()
      local ok, why = pcall(at.condition, at.event())
      assert.truthy(not ok and why:find("condition: the lock must be one of ", 1, true), why)
      if at.far then
        ok, why = pcall(ipc.condition, at.lock())
        assert.truthy(not ok and why:find("the lock belongs elsewhere; make the condition in its space", 1, true), why)
      end
      if at ~= both.unnamed then
        ok, why = pcall(at.condition, ipc.lock())
        assert.truthy(not ok and why:find("condition: the lock belongs elsewhere; make it where the condition is", 1,
          true), why)
      end
    end)

    it("tells the waiter that who notified it died with the lock", function()
      local c = at.condition()
      local p = ipc.spawn(function() return c:with(c.wait, c, PATIENCE) end)
      waiting(c, 1)
      local notified = ipc.event()
      local dies = ipc.spawn(function()
        c:acquire()
        c:notify()
        notified:set()
        ipc.sleep()
      end)
      notified:wait()
      dies:kill()
      assert.same({ true, "abandoned" }, { p:result(PATIENCE) })
      dies:join()
    end)

    it("passes over a waiter that was killed", function()
      local c = at.condition()
      local function waiter() return ipc.spawn(function() return c:with(c.wait, c, PATIENCE) end) end
      local first = waiter()
      waiting(c, 1)
      local second = waiter()
      waiting(c, 2)
      first:kill()
      first:join()
      await(function() return not tostring(c):find("2 waiting", 1, true) or at.far end)
      c:with(function() c:notify(1) end)
      assert.is_true((second:result(PATIENCE)))
    end)

    it("passes a notify on from a waiter that was killed before it heard", function()
      local c = at.condition()
      local function waiter()
        return ipc.spawn(function() return c:with(c.wait, c, PATIENCE) end)
      end
      local first = waiter()
      waiting(c, 1)
      local second = waiter()
      waiting(c, 2)
      first:suspend()
      c:with(function() c:notify(1) end)
      first:kill()
      assert.is_true((second:result(PATIENCE)))
      first:join()
    end)

    it("serves 8 tasks that hand items over, one of them killed", function()
      local lock, full, taken, list, N = at.lock(), at.value(0), at.value(0), {}, at.times(100)
      local not_full, not_empty = at.condition(lock), at.condition(lock)
      local function give()
        lock:acquire()
        assert(not_full:wait_for(function() return full:get() < 3 end, PATIENCE))
        full:add(1)
        not_empty:notify()
        lock:release()
      end
      local function take()
        lock:acquire()
        assert(not_empty:wait_for(function() return full:get() > 0 end, PATIENCE))
        full:add(-1)
        taken:add(1)
        not_full:notify()
        lock:release()
      end
      local victim = ipc.spawn(function()
        while true do not_empty:with(not_empty.wait, not_empty) end
      end)
      waiting(not_empty, 1)
      victim:suspend() -- it has waited longest, so the first notify is for it, and it does not hear that
      for n = 1, 8 do
        list[n] = ipc.spawn(function()
          for _ = 1, N do (n % 2 == 0 and give or take)() end
          return true
        end)
      end
      await(function() return taken:get() >= N // 4 end)
      victim:kill()
      for _, p in ipairs(list) do assert.is_true((p:result(PATIENCE))) end
      assert.equal(4 * N, taken:get())
      victim:join()
    end)

    it("waits for a predicate", function()
      local c, n = at.condition(), at.value(0)
      local p = ipc.spawn(function()
        return c:with(function() return c:wait_for(function() return n:get() >= 3 and n:get() end, PATIENCE) end)
      end)
      for _ = 1, 3 do
        c:with(function()
          n:add(1)
          c:notify()
        end)
      end
      assert.equal(3, p:result(PATIENCE))
      assert.same({ nil, "timeout" }, { c:with(function()
        return c:wait_for(function() return false end, 0.02)
      end) })
      assert.same({ nil, "timeout" }, { c:with(function()
        return c:wait_for(function() return false end, 0)
      end) })
    end)

    it("keeps a place for each wait of a task, where a callback waits inside of its wait", function()
      local c = at.condition()
      local inside, outer, inner = ipc.event(), ipc.event(), nil
      local pool = ipc.pool(1)
      pool:apply_async(function() end, {}, function()
        c:with(function()
          inside:set()
          inner = c:wait(PATIENCE)
        end)
      end)
      local p = ipc.spawn(function()
        inside:wait(PATIENCE)
        c:with(c.notify, c)
        c:with(c.notify, c)
        return outer:wait(PATIENCE)
      end)
      assert.is_true(c:with(c.wait, c, PATIENCE))
      assert.is_true(inner)
      outer:set()
      assert.is_true(p:result(PATIENCE))
      assert.same({ nil, "timeout" }, { c:with(c.wait, c, 0.01) })
      pool:terminate()
    end)

    it("is used by a callback that runs inside of its wait, though it was notified meanwhile", function()
      local c, inside, notified, had = at.condition(), ipc.event(), ipc.event(), nil
      local pool = ipc.pool(1)
      pool:apply_async(function() end, {}, function()
        inside:set()
        notified:wait(PATIENCE)
        had = c:with(function() return c:notify() end)
      end)
      local p = ipc.spawn(function()
        inside:wait(PATIENCE)
        c:with(c.notify, c)
        return notified:set()
      end)
      c:acquire()
      assert.is_true(c:wait(PATIENCE))
      assert.is_true(had)
      assert.is_true(p:result(PATIENCE))
      assert.is_false((ipc.spawn(function() return pcall(c.release, c) end):result(PATIENCE)))
      assert.is_true(c:release())
      assert.same({ true }, { ipc.spawn(function() return c:acquire(0) end):result(PATIENCE) })
      pool:terminate()
    end)
  end)
end
