-- rlock: the same without a name, near and far.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local PATIENCE = 20

for _, at in ipairs(both.all) do
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
      assert.is_false(pcall(lock.with, lock, error, "raised inside"))
      assert.is_nil(lock.holder)
      assert.equal("inner", lock:with(function() return lock:with(function() return "inner" end) end))
      assert.is_nil(lock.holder)
      local held = lock:hold()
      assert.equal("main", lock.holder)
      held:release()
      assert.is_nil(lock.holder)
    end)

    it("lets one task in at a time, however often that one acquires", function()
      local lock, inside, list, N = at.rlock(), at.value(0), {}, at.times(200)
      for n = 1, 8 do
        list[n] = ipc.spawn(function()
          local worst = 0
          for i = 1, N do
            for _ = 0, i % 3 do lock:acquire() end
            worst = math.max(worst, inside:add(1))
            inside:add(-1)
            for _ = 0, i % 3 do lock:release() end
          end
          return worst
        end)
      end
      for _, p in ipairs(list) do assert.equal(1, (p:result(PATIENCE))) end
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
      local first, second = at.named("rlock", at.fresh "rlock"), at.named("lock", at.fresh "lock")
      local met = ipc.barrier(2)
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
      local told = ok and other_why or why
      local link = '[%w-]+[ %(pid%d%)]* holds r?l?o?c?k? ?"[%w-]+" and wants r?l?o?c?k? ?"[%w-]+"'
      assert.truthy(told:find("deadlock: " .. link .. "; " .. link), told)
    end)
  end)
end
