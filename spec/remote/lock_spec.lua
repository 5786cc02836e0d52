-- lock, rlock and rwlock: the same near and far.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local PATIENCE = 20
local raises = dofile "spec/support/raises_at.lua"

for _, at in ipairs(both) do
  describe("a lock, " .. at.where .. ",", function()
    it("tells who holds it", function()
      local lock = at.lock()
      assert.is_nil(lock.holder)
      assert.truthy(tostring(lock):find(at.title(lock) .. ": free$"))
      assert.is_true(lock:acquire())
      assert.equal("main", lock.holder)
      assert.truthy(tostring(lock):find(": held by main (pid " .. ipc.getpid() .. "), 0 waiting", 1, true),
        tostring(lock))
      assert.is_true(lock:release())
      assert.is_nil(lock.holder)
    end)

    it("lets one in at a time", function()
      local lock, inside, list = at.lock(), at.value(0), {}
      for n = 1, 4 do
        list[n] = ipc.spawn(function()
          local worst = 0
          for _ = 1, 50 do
            lock:acquire()
            worst = math.max(worst, inside:add(1))
            inside:add(-1)
            lock:release()
          end
          return worst
        end)
      end
      for _, p in ipairs(list) do assert.equal(1, p:result(PATIENCE)) end
    end)

    it("is released by its holder only, and acquired once", function()
      local lock = at.lock()
      raises(at, lock, "release: nobody holds it; acquire it first", lock.release, lock)
      lock:acquire()
      raises(at, lock, "acquire: deadlock: held by this task already; a lock is not re-entrant", lock.acquire, lock)
      raises(at, lock, "acquire: deadlock: held by this task already", lock.acquire, lock, 0)
      local ok, why = ipc.spawn(function() return pcall(lock.release, lock) end):result(PATIENCE)
      assert.truthy(not ok and why:find "release: it is held by main[^;]*; only its holder can release it", why)
      lock:release()
    end)

    it("waits as long as it may", function()
      local lock = at.lock()
      lock:acquire()
      local p = ipc.spawn(function()
        local began = ipc.now()
        local ok, why = lock:acquire(0.05)
        return ok, why, ipc.now() - began, lock:acquire(0)
      end)
      local ok, why, took, again = p:result(PATIENCE)
      assert.same({ nil, "timeout", nil }, { ok, why, again })
      assert.truthy(took >= 0.05)
      assert.truthy(tostring(lock):find ", 0 waiting")
      raises(at, lock, "acquire: the timeout must be a number of seconds or nil, not a string", lock.acquire, lock, "1")
      raises(at, lock, "acquire: the timeout is not a number (NaN)", lock.acquire, lock, 0 / 0)
      raises(at, lock, "acquire: takes at most 1 argument, and got 2", lock.acquire, lock, 1, 2)
      raises(at, lock, "release: takes no argument, and got 1", lock.release, lock, nil)
      lock:release()
    end)

    it("goes to those that wait, the longest-waiting first", function()
      local lock, order, list = at.lock(), at.queue(), {}
      lock:acquire()
      for n = 1, 3 do
        list[n] = ipc.spawn(function()
          lock:acquire()
          order:put(n)
          lock:release()
        end)
        await(function() return tostring(lock):find(n .. " waiting", 1, true) end)
      end
      lock:release()
      for n = 1, 3 do assert.equal(n, order:get(PATIENCE)) end
      for _, p in ipairs(list) do p:join(PATIENCE) end
    end)

    it("passes on as abandoned from a killed holder, and from one that ended", function()
      for _, ending in ipairs{ "kill", "end" } do
        local lock, held = at.lock(), ipc.event()
        local p = ipc.spawn(function()
          lock:acquire()
          held:set()
          if ending == "kill" then ipc.sleep() end
        end)
        held:wait()
        if ending == "kill" then p:kill() end
        assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
        lock:release()
        assert.same({ true }, { lock:acquire(0) })
        p:join()
      end
    end)

    it("passes over a waiter that was killed", function()
      local lock = at.lock()
      lock:acquire()
      local victim = ipc.spawn(function() lock:acquire() end)
      await(function() return tostring(lock):find "1 waiting" end)
      local next = ipc.spawn(function() return lock:acquire(PATIENCE) end)
      await(function() return tostring(lock):find "2 waiting" end)
      victim:kill()
      victim:join()
      lock:release()
      assert.is_true((next:result(PATIENCE)))
    end)

    it("is held for a function, and given back whatever happens", function()
      local lock = at.lock()
      assert.same({ "main", 1, 2 }, { lock:with(function(a, b) return lock.holder, a, b end, 1, 2) })
      assert.is_nil(lock.holder)
      assert.same({ false, { "mine" } }, { pcall(lock.with, lock, function() error({ "mine" }) end) })
      assert.is_nil(lock.holder)
      raises(at, lock, "with: a function is expected, not a number", lock.with, lock, 42)
      local function careless() error "burnt" end
      local why = select(2, ipc.spawn(function() lock:with(careless) end):result(PATIENCE))
      assert.truthy(why:find("in upvalue 'careless'", 1, true) or why:find("in function <spec", 1, true), why)
      local co = coroutine.wrap(function() return lock:with(function() return coroutine.yield("out") + 1 end) end)
      assert.equal("out", co())
      assert.equal("main", lock.holder)
      assert.equal(5, co(4))
      assert.is_nil(lock.holder)
    end)

    it("is held for a block", function()
      local lock = at.lock()
      local held = lock:hold()
      assert.equal("hold of " .. tostring(lock), tostring(held))
      local why = select(2, pcall(function() return held.relase end))
      assert.truthy(why:find('^spec/remote/lock_spec.lua:%d+: hold: there is no field or method "relase"'), why)
      assert.is_false(pcall(function() held.name = "x" end))
      assert.equal("main", lock.holder)
      held:release()
      held:release()
      assert.is_nil(lock.holder)
      assert.equal("hold: given back", tostring(held))
      if _VERSION ~= "Lua 5.3" then
        local chunk = load("local lock = ... local held <close> = lock:hold() return lock.holder")
        assert.equal("main", chunk(lock))
        assert.is_nil(lock.holder)
      end
      lock:acquire()
      local p = ipc.spawn(function() return lock:hold(0.01) end)
      assert.same({ nil, "timeout" }, { p:result(PATIENCE) })
      lock:release()
    end)

    for count = 2, 3 do
      it("in a cycle of " .. count .. " raises in the task that closes it, and the others go on", function()
        local locks, barrier, list = {}, ipc.barrier(count), {}
        for n = 1, count do locks[n] = at.lock() end
        for n = 1, count do
          list[n] = ipc.process{ name = "task-" .. n, target = function()
            return locks[n]:with(function()
              barrier:wait()
              return pcall(locks[n % count + 1].with, locks[n % count + 1], function() end)
            end)
          end }:start()
        end
        local raised = {}
        for n = 1, count do
          local ok, why = list[n]:result(PATIENCE)
          if not ok then raised[#raised + 1] = why end
        end
        assert.equal(1, #raised)
        local link = 'task%-%d %(pid %d+%) holds l?o?c?k? ?"[%w%-]+" and wants l?o?c?k? ?"[%w%-]+"'
        local _, holds = raised[1]:gsub(link, "")
        assert.equal(count, holds, raised[1])
        assert.truthy(raised[1]:find("deadlock: ", 1, true))
      end)
    end

    it("closes no cycle where somebody waits with a timeout", function()
      local a, b, barrier = at.lock(), at.lock(), ipc.barrier(2)
      local p = ipc.spawn(function()
        return b:with(function()
          barrier:wait()
          return a:acquire(0.1)
        end)
      end)
      a:acquire()
      barrier:wait()
      assert.is_true(b:acquire())
      assert.same({ nil, "timeout" }, { p:result(PATIENCE) })
      a:release()
      b:release()
    end)
  end)

  describe("an rlock, " .. at.where .. ",", function()
    it("is free after as many releases as acquires", function()
      local lock = at.rlock()
      raises(at, lock, "release: not held by this task; only the task that acquired it can release it",
        lock.release, lock)
      lock:acquire()
      assert.is_true(lock:acquire(0))
      lock:release()
      assert.equal("main", lock.holder)
      assert.same({ nil, "timeout" }, { ipc.spawn(function() return lock:acquire(0) end):result(PATIENCE) })
      assert.is_false((ipc.spawn(function() return pcall(lock.release, lock) end):result(PATIENCE)))
      lock:release()
      assert.is_nil(lock.holder)
      assert.has_error(function() lock:release() end)
      assert.equal("inner", lock:with(function() return lock:with(function() return "inner" end) end))
      assert.is_nil(lock.holder)
      local held = lock:hold()
      assert.equal("main", lock.holder)
      held:release()
      assert.is_nil(lock.holder)
    end)

    it("passes on as abandoned, with a depth of one", function()
      local lock, held = at.rlock(), ipc.event()
      local p = ipc.spawn(function()
        lock:acquire()
        lock:acquire()
        held:set()
        ipc.sleep()
      end)
      held:wait()
      p:kill()
      assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
      lock:release()
      assert.is_nil(lock.holder)
      p:join()
    end)

    it("is in a cycle with a lock", function()
      local first, second, met = at.rlock(), at.lock(), ipc.barrier(2)
      local p = ipc.process{ name = "other", target = function()
        second:acquire()
        met:wait()
        return pcall(first.acquire, first)
      end }:start()
      first:acquire()
      met:wait()
      local ok, why = pcall(second.acquire, second)
      first:release()
      local other, other_why = p:result(PATIENCE)
      assert.truthy(ok ~= other, "one of the two is told")
      assert.truthy((ok and other_why or why):find("deadlock: ", 1, true))
    end)
  end)

  describe("an rwlock, " .. at.where .. ",", function()
    it("lets readers in together, and writers alone", function()
      local lock, readers, writers, list = at.rwlock(), at.value(0), at.value(0), {}
      for n = 1, 4 do
        list[n] = ipc.spawn(function()
          local worst = 0
          for i = 1, 20 do
            if (i + n) % 4 == 0 then
              lock:with_write(function()
                worst = math.max(worst, writers:add(1), readers:get() > 0 and 2 or 0)
                writers:add(-1)
              end)
            else
              lock:with_read(function()
                readers:add(1)
                worst = math.max(worst, writers:get() > 0 and 2 or 0)
                readers:add(-1)
              end)
            end
          end
          return worst
        end)
      end
      for _, p in ipairs(list) do assert.truthy(p:result(PATIENCE) <= 1) end
    end)

    it("is taken once by a task, and released by who has it", function()
      local lock = at.rwlock()
      raises(at, lock, "release: not held by this task", lock.release, lock)
      for _, call in ipairs{ "read", "write" } do
        lock[call](lock)
        raises(at, lock, "read: deadlock: held by this task already", lock.read, lock)
        raises(at, lock, "write: deadlock: held by this task already", lock.write, lock)
        lock:release()
      end
      assert.is_true(ipc.spawn(function() return lock:write(0) end):result(PATIENCE))
    end)

    it("is given back by with_read and with_write, whatever happens", function()
      local lock = at.rwlock()
      for _, call in ipairs{ "with_read", "with_write" } do
        assert.same({ 1, nil, 3 }, { lock[call](lock, function(...) return ... end, 1, nil, 3) })
        assert.same({ false, "raised inside" }, { pcall(lock[call], lock, error, "raised inside") })
        raises(at, lock, call .. ": a function is expected", lock[call], lock, 42)
        assert.is_true(lock:write(0))
        lock:release()
      end
    end)

    it("is abandoned by a writer that dies, and not by a reader, which has changed nothing", function()
      for call, told in pairs{ read = false, write = "abandoned" } do
        local lock, ready = at.rwlock(), ipc.event()
        local holder = ipc.spawn(function()
          lock[call](lock)
          ready:set()
          ipc.sleep()
        end)
        ready:wait()
        local writer = ipc.spawn(function() return lock:write(PATIENCE) end)
        await(function() return tostring(lock):find "1 to write" end)
        holder:kill()
        assert.same({ true, told or nil }, { writer:result(PATIENCE) })
        holder:join()
      end
    end)

    it("does not starve a writer", function()
      local lock = at.rwlock()
      lock:read()
      assert.truthy(tostring(lock):find("read by 1, 0 waiting to read, 0 to write", 1, true), tostring(lock))
      local writer = ipc.spawn(function() return lock:write(PATIENCE) end)
      await(function() return tostring(lock):find "1 to write" end)
      local reader = ipc.spawn(function() return lock:read(0) end)
      assert.same({ nil, "timeout" }, { reader:result(PATIENCE) })
      lock:release()
      assert.is_true((writer:result(PATIENCE)))
    end)

    it("lets readers in again when the writer who waited gives up or is killed", function()
      for _, how in ipairs{ "gives up", "killed" } do
        local lock = at.rwlock()
        lock:read()
        local writer = ipc.spawn(function() lock:write(how == "gives up" and 0.3 or PATIENCE) end)
        await(function() return tostring(lock):find "1 to write" end)
        local reader = ipc.spawn(function() return lock:read(PATIENCE) end)
        await(function() return tostring(lock):find "1 waiting to read" end)
        if how == "killed" then writer:kill() end
        assert.is_true((reader:result(PATIENCE)))
        writer:join(PATIENCE)
      end
    end)
  end)
end
