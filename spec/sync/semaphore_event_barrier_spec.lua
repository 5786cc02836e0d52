-- semaphore, event, barrier
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local PATIENCE = 20

local function join(list)
  for _, p in ipairs(list) do assert(p:join(PATIENCE)) end
end

describe("a semaphore", function()
  it("counts", function()
    local s = ipc.semaphore(2)
    assert.is_true(s:acquire())
    assert.is_true(s:acquire(0))
    assert.equal(0, s.value)
    assert.same({ nil, "timeout" }, { s:acquire(0) })
    s:release(3)
    assert.equal(3, s.value)
    assert.equal("inside", s:with(function() return s.value == 2 and "inside" end))
    assert.equal(3, s.value)
    assert.has_error(function() s:release(0) end)
    assert.has_error(function() s:release(1.5) end)
    assert.has_error(function() ipc.semaphore(-1) end)
  end)

  it("is released by any task", function()
    local s = ipc.semaphore(0)
    ipc.spawn(function() s:release(2) end)
    assert.is_true(s:acquire(PATIENCE) and s:acquire(PATIENCE))
  end)

  it("when bounded, is never above its bound", function()
    local s = ipc.semaphore{ value = 2, bounded = true }
    local ok, why = pcall(function() s:release() end)
    assert.truthy(not ok and why:find("release: above its bound", 1, true), why)
    s:acquire()
    assert.has_error(function() s:release(2) end)
    assert.equal(1, s.value)
    s:release()
    assert.equal(2, s.value)
  end)

  it("when bounded, gets the seats of the dead back", function()
    local s, ready = ipc.semaphore{ value = 3, bounded = true }, ipc.event()
    local p = ipc.spawn(function()
      s:acquire()
      s:acquire()
      ready:set()
      ipc.sleep()
    end)
    ready:wait()
    assert.equal(1, s.value)
    p:kill()
    for _ = 1, 3 do assert.is_true(s:acquire(PATIENCE)) end
    p:join()
  end)

  it("lets no more in than it has seats, among 8 tasks", function()
    for _, bounded in ipairs{ false, true } do
      local s, inside, list = ipc.semaphore{ value = 3, bounded = bounded }, ipc.value(0), {}
      for n = 1, 8 do
        list[n] = ipc.spawn(function()
          local worst = 0
          for _ = 1, 300 do
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
end)

describe("a semaphore's seat", function()
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

  it("does not come back from the dead where there is no bound", function()
    local s = ipc.semaphore(3)
    local p = taken(s, 2)
    p:kill()
    join{ p }
    assert.is_true(s:acquire(PATIENCE))
    assert.same({ nil, "timeout" }, { s:acquire(0) })
  end)

  it("comes back once, though another task released it before its own died", function()
    local s = ipc.semaphore{ value = 2, bounded = true }
    local p = taken(s, 2)
    s:release()
    assert.equal(1, s.value)
    p:kill()
    join{ p }
    assert.is_true(s:acquire(PATIENCE) and s:acquire(PATIENCE))
    assert.same({ nil, "timeout" }, { s:acquire(0) })
    s:release(2)
    assert.equal(2, s.value)
  end)

  it("comes back from each of 8 tasks that are killed anywhere", function()
    local s, list = ipc.semaphore{ value = 3, bounded = true }, {}
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        while true do s:with(ipc.yield) end
      end)
    end
    for _, p in ipairs(list) do
      ipc.sleep(0.002)
      p:kill()
    end
    join(list)
    for _ = 1, 3 do assert.is_true(s:acquire(PATIENCE)) end
    assert.same({ nil, "timeout" }, { s:acquire(0) })
  end)

  it("is given back by with, whatever happens", function()
    local s = ipc.semaphore(1)
    assert.same({ false, "raised inside" }, { pcall(s.with, s, error, "raised inside") })
    assert.equal(1, s.value)
    local ok, why = pcall(function() s:with("no function") end)
    assert.falsy(ok)
    assert.matches("^spec/sync/semaphore_event_barrier_spec.lua:%d+: semaphore#%d+: with: a function is expected", why)
    assert.equal(1, s.value)
  end)
end)

describe("an event", function()
  it("lets everybody go on once it is set, until it is cleared", function()
    local e, list = ipc.event(), {}
    for n = 1, 8 do list[n] = ipc.spawn(function() return e:wait() end) end
    await(function() return tostring(e):find("8 waiting") end)
    assert.is_false(e:is_set())
    e:set()
    for _, p in ipairs(list) do assert.is_true(p:result(PATIENCE)) end
    assert.is_true(e:wait(0))
    assert.is_true(e:is_set())
    e:clear()
    assert.is_false(e:is_set())
    assert.same({ nil, "timeout" }, { e:wait(0) })
  end)

  it("lets the waiters go though it is cleared at once", function()
    local e, list = ipc.event(), {}
    for n = 1, 4 do list[n] = ipc.spawn(function() return e:wait() end) end
    await(function() return tostring(e):find("4 waiting") end)
    e:set()
    e:clear()
    for _, p in ipairs(list) do assert.is_true(p:result(PATIENCE)) end
  end)
end)

describe("an event's set", function()
  it("reaches the others of 8 waiters when some are killed", function()
    local e, list = ipc.event(), {}
    for n = 1, 8 do list[n] = ipc.spawn(function() return e:wait(PATIENCE) end) end
    await(function() return tostring(e):find("8 waiting") end)
    for n = 1, 8, 2 do list[n]:kill() end
    e:set()
    for n = 2, 8, 2 do assert.is_true(list[n]:result(PATIENCE)) end
    join(list)
    e:clear()
    assert.same({ nil, "timeout" }, { e:wait(0) })
  end)
end)

describe("a barrier", function()
  it("lets all go when the last has come, and tells each its place", function()
    local b, list, places = ipc.barrier(8), {}, {}
    for n = 1, 8 do list[n] = ipc.spawn(function() return b:wait() end) end
    for _, p in ipairs(list) do places[#places + 1] = p:result(PATIENCE) end
    table.sort(places)
    assert.same({ 1, 2, 3, 4, 5, 6, 7, 8 }, places)
    assert.equal(8, b.parties)
    assert.equal(0, b.waiting)
    assert.is_false(b.broken)
  end)

  it("is used again at once, and nobody gets ahead by a round", function()
    local b, rounds, list = ipc.barrier(4), ipc.value(0), {}
    for n = 1, 4 do
      list[n] = ipc.spawn(function()
        for round = 1, 200 do
          rounds:add(1)
          assert(b:wait())
          assert(rounds:get() >= round * 4 and rounds:get() <= (round + 1) * 4)
        end
        return true
      end)
    end
    for _, p in ipairs(list) do assert.is_true(p:result(PATIENCE)) end
  end)

  it("breaks when the time of one is over, until it is reset", function()
    local b = ipc.barrier(3)
    local p = ipc.spawn(function() return select(2, b:wait()) end)
    await(function() return b.waiting >= 1 end)
    assert.same({ nil, "timeout" }, { b:wait(0.01) })
    assert.equal("broken", p:result(PATIENCE))
    assert.is_true(b.broken)
    assert.same({ nil, "broken" }, { b:wait() })
    b:reset()
    assert.is_false(b.broken)
    assert.same({ nil, "timeout" }, { b:wait(0) })
  end)

  it("breaks by abort, by reset while somebody waits, and by a death", function()
    for _, how in ipairs{ "abort", "reset", "kill" } do
      local b = ipc.barrier(3)
      local victim = ipc.spawn(function() b:wait() end)
      local p = ipc.spawn(function() return select(2, b:wait()) end)
      await(function() return b.waiting >= 2 end)
      if how == "kill" then victim:kill() else b[how](b) end
      assert.equal("broken", p:result(PATIENCE))
      join{ victim }
    end
  end)

  it("tells the timeout to one, and broken to the other 7", function()
    local b, list = ipc.barrier(9), {}
    for n = 1, 7 do list[n] = ipc.spawn(function() return select(2, b:wait(PATIENCE)) end) end
    await(function() return b.waiting >= 7 end)
    assert.same({ nil, "timeout" }, { b:wait(0.01) })
    for _, p in ipairs(list) do assert.equal("broken", p:result(PATIENCE)) end
    assert.same({ nil, "broken" }, { b:wait(0) })
  end)

  it("serves again after a death and a reset", function()
    local b, list = ipc.barrier(3), {}
    local victim = ipc.spawn(function() b:wait() end)
    await(function() return b.waiting >= 1 end)
    victim:kill()
    join{ victim }
    assert.same({ nil, "broken" }, { b:wait(PATIENCE) })
    assert.is_true(b.broken)
    b:reset()
    for n = 1, 2 do list[n] = ipc.spawn(function() return b:wait(PATIENCE) end) end
    assert.truthy(b:wait(PATIENCE))
    for _, p in ipairs(list) do assert.truthy(p:result(PATIENCE)) end
    b:abort()
    assert.same({ nil, "broken" }, { b:wait(0) })
  end)

  it("of one lets everybody through", function()
    local b = ipc.barrier(1)
    assert.equal(1, b:wait())
    assert.equal(1, b:wait())
    assert.has_error(function() ipc.barrier(0) end)
    assert.has_error(function() ipc.barrier() end)
  end)
end)
