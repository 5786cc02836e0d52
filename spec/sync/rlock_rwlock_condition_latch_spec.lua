-- rlock, rwlock, condition, latch
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local PATIENCE = 20

local function results(list)
  local all = {}
  for n, p in ipairs(list) do all[n] = { p:result(PATIENCE) } end
  return all
end

-- Raised at the line of this file, with the text.
local function raises(text, fn, ...)
  local ok, why = pcall(fn, ...)
  assert.is_false(ok)
  assert.truthy(why:find("^spec/sync/rlock_rwlock_condition_latch_spec.lua:%d+: ") and why:find(text, 1, true), why)
end

describe("an rlock", function()
  it("is free after as many releases as acquires", function()
    local lock = ipc.rlock{ name = "again" }
    lock:acquire()
    assert.is_true(lock:acquire(0))
    lock:release()
    assert.equal("main", lock.holder)
    assert.same({ nil, "timeout" }, { ipc.spawn(function() return lock:acquire(0) end):result(PATIENCE) })
    lock:release()
    assert.is_nil(lock.holder)
    assert.has_error(function() lock:release() end)
    assert.equal("inner", lock:with(function() return lock:with(function() return "inner" end) end))
    assert.is_nil(lock.holder)
  end)

  it("passes on as abandoned, with a depth of one", function()
    local lock, held = ipc.rlock(), ipc.event()
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
end)

describe("an rlock among others", function()
  it("lets one task in at a time, however often that one acquires", function()
    local lock, inside, list = ipc.rlock(), ipc.value(0), {}
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        local worst = 0
        for i = 1, 200 do
          for _ = 0, i % 3 do lock:acquire() end
          worst = math.max(worst, inside:add(1))
          inside:add(-1)
          for _ = 0, i % 3 do lock:release() end
        end
        return worst
      end)
    end
    for _, r in ipairs(results(list)) do assert.equal(1, r[1]) end
    assert.is_nil(lock.holder)
  end)

  it("is released by its holder only", function()
    local lock = ipc.rlock()
    raises("release: not held by this task", function() lock:release() end)
    lock:acquire()
    local ok = ipc.spawn(function() return pcall(lock.release, lock) end):result(PATIENCE)
    assert.is_false(ok)
    assert.equal("main", lock.holder)
    assert.is_false(pcall(lock.with, lock, error, "raised inside"))
    lock:release()
    assert.is_nil(lock.holder)
  end)

  it("is in the report of a cycle", function()
    local first, second, both = ipc.rlock("first"), ipc.lock("second"), ipc.barrier(2)
    local p = ipc.process{ name = "other", target = function()
      second:acquire()
      both:wait()
      return pcall(first.acquire, first)
    end }:start()
    first:acquire()
    both:wait()
    local ok, why = pcall(second.acquire, second)
    first:release()
    local other, other_why = p:result(PATIENCE)
    assert.truthy(ok ~= other, "one of the two is told")
    local told = 'deadlock: %w+ holds r?lock "%w+" and wants "%w+"; %w+ holds "%w+" and wants "%w+"'
    assert.truthy((ok and other_why or why):find(told))
  end)
end)

describe("an rwlock", function()
  it("lets readers in together, and writers alone", function()
    local lock, readers, writers, list = ipc.rwlock(), ipc.value(0), ipc.value(0), {}
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        local worst = 0
        for i = 1, 200 do
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
    for _, r in ipairs(results(list)) do assert.truthy(r[1] <= 1) end
  end)

  it("is taken once by a task, and released by who has it", function()
    local lock = ipc.rwlock()
    raises("release: not held by this task", function() lock:release() end)
    for _, call in ipairs{ "read", "write" } do
      lock[call](lock)
      raises("read: deadlock: ", function() lock:read() end)
      raises("write: deadlock: ", function() lock:write() end)
      lock:release()
    end
    assert.is_true(ipc.spawn(function() return lock:write(0) end):result(PATIENCE))
  end)

  it("is given back by with_read and with_write, whatever happens", function()
    local lock = ipc.rwlock()
    for _, call in ipairs{ "with_read", "with_write" } do
      assert.same({ 1, nil, 3 }, { lock[call](lock, function(...) return ... end, 1, nil, 3) })
      local ok, why = pcall(lock[call], lock, error, "raised inside")
      assert.same({ false, "raised inside" }, { ok, why })
      raises(call .. ": ", function() lock[call](lock, 42) end)
      assert.is_true(lock:write(0))
      lock:release()
    end
  end)

  it("is not abandoned by a reader that dies: it has changed nothing", function()
    local lock, ready = ipc.rwlock(), ipc.event()
    local reader = ipc.spawn(function()
      lock:read()
      ready:set()
      ipc.sleep()
    end)
    ready:wait()
    local writer = ipc.spawn(function() return lock:write(PATIENCE) end)
    await(function() return tostring(lock):find("1 to write") end)
    reader:kill()
    assert.same({ true }, { writer:result(PATIENCE) })
    reader:join()
  end)

  it("does not starve a writer", function()
    local lock = ipc.rwlock()
    lock:read()
    local writer = ipc.spawn(function() return lock:write(PATIENCE) end)
    await(function() return tostring(lock):find("1 to write") end)
    local reader = ipc.spawn(function() return lock:read(0) end)
    assert.same({ nil, "timeout" }, { reader:result(PATIENCE) })
    lock:release()
    assert.is_true((writer:result(PATIENCE)))
  end)

  it("does not starve a reader either, however many writers wait", function()
    local lock, order, list = ipc.rwlock(), ipc.queue(), {}
    lock:write()
    local reader = ipc.spawn(function() lock:with_read(order.put, order, "reader") end)
    await(function() return tostring(lock):find("1 waiting to read") end)
    for n = 1, 20 do
      list[n] = ipc.spawn(function()
        lock:with_write(function()
          order:put("writer")
          ipc.sleep(0.002)
        end)
      end)
    end
    await(function() return tostring(lock):find("20 to write") end)
    lock:release()
    local before = 0
    while order:get(PATIENCE) == "writer" do before = before + 1 end
    assert.truthy(before < 10, before)
    list[#list + 1] = reader
    results(list)
  end)

  it("lets readers in again when the writer who waited gives up or is killed", function()
    for _, how in ipairs{ "gives up", "killed" } do
      local lock = ipc.rwlock()
      lock:read()
      local writer = ipc.spawn(function() lock:write(how == "gives up" and 0.2 or PATIENCE) end)
      await(function() return tostring(lock):find("1 to write") end)
      local reader = ipc.spawn(function() return lock:read(PATIENCE) end)
      await(function() return tostring(lock):find("1 waiting to read") end)
      if how == "killed" then writer:kill() end
      assert.is_true((reader:result(PATIENCE)))
      writer:join(PATIENCE)
    end
  end)

  it("tells the next that a writer died", function()
    local lock, ready = ipc.rwlock(), ipc.event()
    local p = ipc.spawn(function()
      lock:write()
      ready:set()
      ipc.sleep()
    end)
    ready:wait()
    p:kill()
    assert.same({ true, "abandoned" }, { lock:read(PATIENCE) })
    lock:release()
    assert.same({ true }, { lock:write(0) })
    p:join()
  end)
end)

describe("a condition", function()
  it("lets exactly as many go on as notify says, the longest-waiting first", function()
    local c, order, list = ipc.condition(), ipc.queue(), {}
    for n = 1, 5 do
      list[n] = ipc.spawn(function()
        c:acquire()
        c:wait()
        order:put(n)
        c:release()
      end)
      await(function() return tostring(c):find(n .. " waiting; its lock is free", 1, true) end)
    end
    c:with(function() c:notify(2) end)
    assert.same({ 1, 2 }, (function()
      local got = { order:get(PATIENCE), order:get(PATIENCE) }
      table.sort(got)
      return got
    end)())
    assert.same({ nil, "empty" }, { order:get(0.1) })
    c:with(function() c:notify_all() end)
    for _ = 1, 3 do assert(order:get(PATIENCE)) end
    results(list)
  end)

  it("gives the lock up while it waits, and has it after a timeout too", function()
    local lock = ipc.lock()
    local c = ipc.condition(lock)
    lock:acquire()
    local p = ipc.spawn(function() return lock:with(function() return "free meanwhile" end) end)
    assert.same({ nil, "timeout" }, { c:wait(0.1) })
    assert.equal("free meanwhile", p:result(PATIENCE))
    assert.equal("main", lock.holder)
    lock:release()
  end)

  it("is used with its lock held only", function()
    local c = ipc.condition()
    local function yes() return true end
    for call, given in pairs{ wait = { 0 }, wait_for = { yes }, notify = { 1 }, notify_all = {} } do
      raises(call .. ": this task does not hold its lock; acquire it first", function()
        c[call](c, table.unpack(given))
      end)
    end
    raises("release: not held by this task", function() c:release() end)
    c:acquire()
    raises("acquire: deadlock: held by this task already", function() c:acquire() end)
    raises("notify: n must be an integer from 1", function() c:notify(0) end)
    raises("wait_for: a function is expected", function() c:wait_for(true) end)
    assert.is_true(c:wait_for(yes))
    c:release()
    assert.same({ 1, 2 }, { c:with(function(...) return ... end, 1, 2) })
    assert.is_false(pcall(c.with, c, error, "raised inside"))
    assert.same({ true }, { c:acquire(0) })
    assert.has_error(function() ipc.condition(ipc.event()) end)
  end)

  it("keeps a place for each wait of a task, where a callback waits inside of its wait", function()
    local space = dofile "spec/support/space.lua"
    for _, c in ipairs{ ipc.condition(), space.condition("more-locks-c") } do
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
    end
  end)

  it("tells the waiter that who notified it died with the lock", function()
    local c = ipc.condition()
    local p = ipc.spawn(function() return c:with(c.wait, c, PATIENCE) end)
    await(function() return tostring(c):find("1 waiting; its lock is free", 1, true) end)
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

  it("serves 8 tasks that hand items over, one of them killed", function()
    local lock, cells, list = ipc.lock(), ipc.array("int32", { 0, 0 }), {}
    local not_full, not_empty, FULL, TAKEN = ipc.condition(lock), ipc.condition(lock), 1, 2
    local function give()
      lock:acquire()
      assert(not_full:wait_for(function() return cells[FULL] < 3 end, PATIENCE))
      cells[FULL] = cells[FULL] + 1
      not_empty:notify()
      lock:release()
    end
    local function take()
      lock:acquire()
      assert(not_empty:wait_for(function() return cells[FULL] > 0 end, PATIENCE))
      cells[FULL], cells[TAKEN] = cells[FULL] - 1, cells[TAKEN] + 1
      not_full:notify()
      lock:release()
    end
    local victim = ipc.spawn(function() while true do not_empty:acquire() not_empty:wait() not_empty:release() end end)
    await(function() return tostring(not_empty):find("1 waiting; its lock is free", 1, true) end)
    victim:suspend() -- it has waited longest, so the first notify is for it, and it does not hear that
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        for _ = 1, 100 do (n % 2 == 0 and give or take)() end
        return true
      end)
    end
    await(function() return cells[TAKEN] >= 10 end)
    victim:kill()
    for _, r in ipairs(results(list)) do assert.is_true(r[1], r[2]) end
    assert.equal(400, cells[TAKEN])
    victim:join()
  end)

  it("passes a notify on from a waiter that was killed before it heard", function()
    local c = ipc.condition()
    local function waiter()
      return ipc.spawn(function() return c:with(c.wait, c, PATIENCE) end)
    end
    local first = waiter()
    await(function() return tostring(c):find("1 waiting; its lock is free", 1, true) end)
    local second = waiter()
    await(function() return tostring(c):find("2 waiting; its lock is free", 1, true) end)
    first:suspend()
    c:with(function() c:notify(1) end)
    first:kill()
    assert.is_true((second:result(PATIENCE)))
    first:join()
  end)

  it("waits for a predicate", function()
    local c, n = ipc.condition(), ipc.value(0)
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
  end)
end)

describe("a latch", function()
  it("opens once, for good", function()
    local latch, list = ipc.latch(8), {}
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        latch:count_down()
        return latch:wait(PATIENCE)
      end)
    end
    for _, r in ipairs(results(list)) do assert.is_true(r[1]) end
    assert.equal(0, latch.count)
    latch:count_down(5)
    assert.equal(0, latch.count)
    assert.is_true(latch:wait(0))
    assert.same({ nil, "timeout" }, { ipc.latch(1):wait(0) })
  end)

  it("counts what a task that died has counted", function()
    local latch = ipc.latch(2)
    local p = ipc.spawn(function()
      latch:count_down()
      ipc.current():kill()
    end)
    p:join()
    assert.equal(1, latch.count)
    latch:count_down()
    assert.is_true(latch:wait(PATIENCE))
  end)

  it("counts from 0 on, by 1 at least", function()
    assert.is_true(ipc.latch(0):wait())
    for _, wrong in ipairs{ -1, 1.5, "2" } do
      raises("count must be an integer from 0", function() ipc.latch(wrong) end)
    end
    raises("count must be an integer from 0", function() ipc.latch() end)
    local latch = ipc.latch(3)
    for _, wrong in ipairs{ 0, -1, 1.5 } do
      raises("count_down: n must be an integer from 1", function() latch:count_down(wrong) end)
    end
    latch:count_down(2)
    assert.equal(1, latch.count)
  end)
end)
