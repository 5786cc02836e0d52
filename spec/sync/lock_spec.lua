local ipc = require "tidelock"
local PATIENCE = 20

local function await(object, text)
  local limit = ipc.now() + PATIENCE
  while not tostring(object):find(text, 1, true) do
    assert(ipc.now() < limit, tostring(object))
    ipc.yield()
  end
end

describe("a lock", function()
  it("tells who holds it", function()
    local lock = ipc.lock{ name = "till" }
    assert.is_nil(lock.holder)
    assert.is_true(lock:acquire())
    assert.equal("main", lock.holder)
    assert.truthy(tostring(lock):find('^lock#%d+ "till": held by main %(pid ' .. ipc.getpid() .. '%), 0 waiting$'))
    assert.is_true(lock:release())
    assert.is_nil(lock.holder)
  end)

  it("lets one in at a time", function()
    local lock, inside, total = ipc.lock(), ipc.value(0), 0
    local list = {}
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        local worst = 0
        for _ = 1, 500 do
          lock:acquire()
          worst = math.max(worst, inside:add(1))
          inside:add(-1)
          lock:release()
        end
        return worst
      end)
    end
    for _, p in ipairs(list) do total = math.max(total, p:result(PATIENCE)) end
    assert.equal(1, total)
  end)

  it("is released by its holder only, and acquired once", function()
    local lock = ipc.lock()
    local ok, why = pcall(function() lock:release() end)
    assert.truthy(not ok and why:find("^spec/sync/lock_spec.lua:%d+: lock#%d+: release: nobody holds it"), why)
    lock:acquire()
    ok, why = pcall(function() lock:acquire() end)
    assert.truthy(not ok and why:find("acquire: deadlock: held by this task already", 1, true), why)
    local other = ipc.spawn(function() return pcall(lock.release, lock) end)
    ok, why = other:result(PATIENCE)
    assert.truthy(not ok and why:find("it is held by main", 1, true), why)
    lock:release()
  end)

  it("passes on as abandoned from a killed holder, and from one that ended", function()
    for _, ending in ipairs{ "kill", "end" } do
      local lock, held = ipc.lock(), ipc.event()
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
    local lock = ipc.lock()
    local p = ipc.spawn(function(q)
      do
        local l = q:get()
        l:acquire()
      end
      collectgarbage()
      q:put("held")
      ipc.sleep()
    end, (function()
      local q = ipc.queue()
      q:put(lock)
      _G.line = q
      return q
    end)())
    await(lock, "held by")
    assert.same({ nil, "timeout" }, { lock:acquire(0.05) })
    p:kill()
    assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
    _G.line = nil
  end)
end)

describe("with and hold", function()
  it("run a function holding it, and give it back whatever happens", function()
    local lock = ipc.lock()
    assert.same({ "main", 1, 2 }, { lock:with(function(a, b) return lock.holder, a, b end, 1, 2) })
    assert.is_nil(lock.holder)
    local ok, why = pcall(lock.with, lock, function() error({ "mine" }) end)
    assert.is_false(ok)
    assert.same({ "mine" }, why)
    assert.is_nil(lock.holder)
    assert.has_error(function() lock:with(42) end)
  end)

  it("let the function yield", function()
    local lock = ipc.lock()
    local co = coroutine.wrap(function() return lock:with(function() return coroutine.yield("out") + 1 end) end)
    assert.equal("out", co())
    assert.equal("main", lock.holder)
    assert.equal(5, co(4))
    assert.is_nil(lock.holder)
  end)

  it("give what tells of the lock, and has no other field", function()
    local l = ipc.lock "drawer"
    local held = l:hold()
    assert.equal("hold of " .. tostring(l), tostring(held))
    local why = select(2, pcall(function() return held.relase end))
    assert.truthy(why:find('^spec/sync/lock_spec.lua:%d+: hold: there is no field or method "relase"'), why)
    assert.is_false(pcall(function() held.name = "x" end))
    held:release()
    assert.equal("hold: given back", tostring(held))
  end)

  it("release once", function()
    local lock = ipc.lock()
    local held = lock:hold()
    assert.equal("main", lock.holder)
    held:release()
    held:release()
    assert.is_nil(lock.holder)
    if _VERSION ~= "Lua 5.3" then
      local chunk = load("local lock = ... local held <close> = lock:hold() return lock.holder")
      assert.equal("main", chunk(lock))
      assert.is_nil(lock.holder)
    end
  end)
end)

describe("a cycle of locks", function()
  for count = 2, 3 do
    it("raises in the one of " .. count .. " tasks that closes it, and the others go on", function()
      local locks, barrier, list = {}, ipc.barrier(count), {}
      for n = 1, count do locks[n] = ipc.lock("lock-" .. n) end
      for n = 1, count do
        list[n] = ipc.process{ name = "task-" .. n, target = function()
          return locks[n]:with(function()
            barrier:wait()
            local ok, why = pcall(locks[n % count + 1].with, locks[n % count + 1], function() end)
            return ok, why
          end)
        end }:start()
      end
      local raised = {}
      for n = 1, count do
        local ok, why = list[n]:result(PATIENCE)
        if not ok then raised[#raised + 1] = why end
      end
      assert.equal(1, #raised)
      local first, rest = raised[1]:match('deadlock: task%-%d holds lock "lock%-(%d)" and wants "lock%-%d"; (.*)$')
      assert.truthy(first, raised[1])
      local _, links = rest:gsub('task%-%d holds "lock%-%d" and wants "lock%-%d"', "")
      assert.equal(count - 1, links, raised[1])
    end)
  end

  it("is none where somebody waits with a timeout", function()
    local a, b, barrier = ipc.lock(), ipc.lock(), ipc.barrier(2)
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
  end)
end)
