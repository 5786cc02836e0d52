local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local PATIENCE = 20

describe("a value", function()
  it("keeps integers and floats apart", function()
    local v = ipc.value(5)
    assert.equal("integer", math.type(v:get()))
    assert.equal(8, v:add(3))
    assert.equal("integer", math.type(v:get()))
    assert.equal(8.5, v:add(0.5))
    v:set(1.0)
    assert.equal("float", math.type(v:get()))
    assert.equal(0, ipc.value():get())
    v:set(math.maxinteger)
    assert.equal(math.mininteger, v:add(1))
    v:set(0 / 0)
    assert.truthy(v:get() ~= v:get())
  end)

  it("takes options", function()
    assert.equal(2.5, ipc.value{ init = 2.5, name = "half" }:get())
    assert.truthy(tostring(ipc.value{ name = "half" }):find('^value#%d+ "half": '))
  end)

  it("compares as Lua does", function()
    local v = ipc.value(1)
    assert.is_true(v:compare_set(1.0, 2))
    assert.is_false(v:compare_set(1, 3))
    assert.equal(2, v:get())
  end)

  it("refuses what is no number", function()
    local v = ipc.value()
    for _, call in ipairs{ "set", "add", "compare_set", "update" } do
      local ok, why = pcall(function() v[call](v, "1") end)
      assert.truthy(not ok and why:find("^spec/data/value_spec.lua:%d+: value#%d+: " .. call .. ": "), why)
    end
    assert.has_error(function() ipc.value("x") end)
  end)

  it("loses no add among 8 tasks", function()
    local v, list = ipc.value(0), {}
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        for _ = 1, 2000 do v:add(1) end
      end)
    end
    for _, p in ipairs(list) do p:join(PATIENCE) end
    assert.equal(16000, v:get())
  end)

  it("loses no update, and is read whole meanwhile", function()
    local v, list = ipc.value(0), {}
    for n = 1, 4 do
      list[n] = ipc.spawn(function()
        for _ = 1, 500 do
          v:update(function(x) return math.type(x) == "integer" and x + 1.0 or math.tointeger(x) + 1 end)
        end
      end)
    end
    repeat
      local x = v:get()
      assert.truthy(x == math.floor(x) and x >= 0 and x <= 2000)
      local running = false
      for _, p in ipairs(list) do running = running or p:is_alive() end
    until not running
    assert.equal(2000, v:get())
  end)

  it("keeps its old number when update's function raises, returns no number, or dies", function()
    local v = ipc.value(7)
    assert.has_error(function() v:update(function() error("no") end) end)
    assert.has_error(function() v:update(function() return "8" end) end)
    local p = ipc.spawn(function() v:update(function() ipc.current():kill() ipc.sleep() end) end)
    p:join(PATIENCE)
    assert.equal(-9, p.exitcode)
    assert.equal(7, v:get())
    assert.equal(8, v:update(function(x) return x + 1 end))
  end)

  it("may not be written by its own update, which cannot yield either", function()
    local v = ipc.value(7)
    for call, given in pairs{ set = { 1 }, add = { 1 }, compare_set = { 7, 1 }, update = { math.abs } } do
      local ok, why = pcall(function() v:update(function() v[call](v, table.unpack(given)) return 8 end) end)
      assert.truthy(not ok and why:find(call .. ": deadlock: held by this task already", 1, true), why)
    end
    assert.has_error(coroutine.wrap(function() v:update(coroutine.yield) end))
    assert.equal(7, v:get())
    assert.equal(8, v:update(function() return v:get() + 1 end))
  end)

  it("is set by one of 8 tasks that compare, and by the others when they look again", function()
    local v, list = ipc.value(0), {}
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        for _ = 1, 500 do
          local old
          repeat old = v:get() until v:compare_set(old, old + 1)
        end
      end)
    end
    for _, p in ipairs(list) do assert(p:join(PATIENCE)) end
    assert.equal(4000, v:get())
  end)

  it("loses no write of the others when some of 8 tasks are killed", function()
    local v, done, list = ipc.value(0), ipc.array("int64", 8), {}
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        while true do
          if n % 2 == 0 then v:add(1) else v:update(function(x) return x + 1 end) end
          done:add(n, 1)
        end
      end)
    end
    for n, p in ipairs(list) do
      await(function() return done[n] >= 100 end)
      p:kill()
      assert(p:join(PATIENCE))
    end
    local sum = 0
    for n = 1, 8 do sum = sum + done[n] end
    -- who was killed between the two has written and not said so
    assert.truthy(v:get() >= sum and v:get() <= sum + 8, v:get() .. " of " .. sum)
    assert.equal(1, v:update(function() return 1 end))
  end)

  it("still races between get and set, for teaching", function()
    local v, list = ipc.value(0), {}
    for n = 1, 2 do
      list[n] = ipc.spawn(function()
        for _ = 1, 200 do
          local x = v:get()
          ipc.yield()
          v:set(x + 1)
        end
      end)
    end
    for _, p in ipairs(list) do p:join(PATIENCE) end
    assert.truthy(v:get() <= 400)
  end)
end)
