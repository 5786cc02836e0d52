-- lock: the same without a name, near and far.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local shows = dofile "spec/support/shows.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

for _, at in ipairs(both.all) do
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
      local lock, inside, list, N = at.lock(), at.value(0), {}, at.times(500)
      for n = 1, 8 do
        list[n] = ipc.spawn(function()
          local worst = 0
          for _ = 1, N do
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
        shows(lock, n .. " waiting")
      end
      lock:release()
      for n = 1, 3 do assert.equal(n, order:get(PATIENCE)) end
      tasks.succeed(list)
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

    it("stays held though its holder has forgotten the object", function()
      local lock, q, said = at.lock(), at.queue(), ipc.event()
      q:put(lock)
      local p = ipc.spawn(function()
        do
          local l = q:get()
          l:acquire()
        end
        collectgarbage()
        said:set()
        ipc.sleep()
      end)
      assert(said:wait(PATIENCE))
      assert.truthy(tostring(lock):find("held by", 1, true), tostring(lock))
      assert.same({ nil, "timeout" }, { lock:acquire(0.05) })
      p:kill()
      assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
    end)

    it("passes over a waiter that was killed", function()
      local lock = at.lock()
      lock:acquire()
      local victim = ipc.spawn(function() lock:acquire() end)
      shows(lock, "1 waiting")
      local next = ipc.spawn(function() return lock:acquire(PATIENCE) end)
      shows(lock, "2 waiting")
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
      assert.truthy(why:find('^spec/sync/lock_spec.lua:%d+: hold: there is no field or method "relase"'), why)
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
        for n = 1, count do locks[n] = at.named("lock", at.fresh "lock") end
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
        local link = 'task%-%d[ %(pid%d%)]* holds l?o?c?k? ?"[%w%-]+" and wants l?o?c?k? ?"[%w%-]+"'
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
end

describe("an unnamed lock", function()
  it("may have a name to be told by", function()
    local lock = ipc.lock{ name = "till" }
    lock:acquire()
    assert.truthy(tostring(lock):find('^lock#%d+ "till": held by main %(pid ' .. ipc.getpid() .. '%), 0 waiting$'))
    lock:release()
    assert.truthy(tostring(ipc.lock "drawer"):find '^lock#%d+ "drawer": free$')
  end)
end)
