-- rlock, rwlock, condition, latch
local ipc = require "tidelock"
local PATIENCE = 20

local function results(list)
  local all = {}
  for n, p in ipairs(list) do all[n] = { p:result(PATIENCE) } end
  return all
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

  it("does not starve a writer", function()
    local lock = ipc.rwlock()
    lock:read()
    local writer = ipc.spawn(function() return lock:write(PATIENCE) end)
    while not tostring(lock):find("1 to write") do ipc.yield() end
    local reader = ipc.spawn(function() return lock:read(0) end)
    assert.same({ nil, "timeout" }, { reader:result(PATIENCE) })
    lock:release()
    assert.is_true((writer:result(PATIENCE)))
  end)

  it("lets readers in again when the writer who waited gives up or is killed", function()
    for _, how in ipairs{ "gives up", "killed" } do
      local lock = ipc.rwlock()
      lock:read()
      local writer = ipc.spawn(function() lock:write(how == "gives up" and 0.2 or PATIENCE) end)
      while not tostring(lock):find("1 to write") do ipc.yield() end
      local reader = ipc.spawn(function() return lock:read(PATIENCE) end)
      while not tostring(lock):find("1 waiting to read") do ipc.yield() end
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
    assert.has_error(function() lock:read() end)
    lock:release()
    assert.has_error(function() lock:release() end)
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
      while not tostring(c):find(n .. " waiting; its lock is free", 1, true) do ipc.yield() end
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
    assert.has_error(function() c:wait() end)
    assert.has_error(function() c:notify() end)
  end)

  it("passes a notify on from a waiter that was killed before it heard", function()
    local c = ipc.condition()
    local function waiter()
      return ipc.spawn(function() return c:with(c.wait, c, PATIENCE) end)
    end
    local first = waiter()
    while not tostring(c):find("1 waiting; its lock is free", 1, true) do ipc.yield() end
    local second = waiter()
    while not tostring(c):find("2 waiting; its lock is free", 1, true) do ipc.yield() end
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
end)
