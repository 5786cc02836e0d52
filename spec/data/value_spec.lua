-- value: the same without a name, near and far.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

for _, at in ipairs(both.all) do
  describe("a value, " .. at.where .. ",", function()
    it("keeps integers and floats apart", function()
      local v = at.value(5)
      assert.truthy(tostring(v):find ": 5$")
      assert.equal("integer", math.type(v:get()))
      assert.equal(8, v:add(3))
      assert.equal("integer", math.type(v:get()))
      assert.equal(8.5, v:add(0.5))
      assert.is_true(v:set(1.0))
      assert.equal("float", math.type(v:get()))
      assert.equal(0, at.value():get())
      v:set(math.maxinteger)
      assert.equal(math.maxinteger, v:get())
      assert.equal(math.mininteger, v:add(1))
      assert.equal("integer", math.type(v:get()))
      v:set(0 / 0)
      assert.truthy(v:get() ~= v:get())
      for _, n in ipairs{ math.huge, -math.huge, 0.1, 2.0^53, 1e-300, 2^53 + 1, math.maxinteger - 1 } do
        v:set(n)
        assert.equal(n, v:get())
        assert.equal(math.type(n), math.type(v:get()))
      end
      assert.equal(2.5, at.value{ init = 2.5 }:get())
      v:set(1)
      assert.equal(2, v:add())
    end)

    it("compares as Lua does", function()
      local v = at.value(1)
      assert.is_true(v:compare_set(1.0, 2))
      assert.is_false(v:compare_set(1, 3))
      assert.equal(2, v:get())
    end)

    it("refuses what is no number, and is none itself", function()
      local v = at.value()
      for _, call in ipairs{ "set", "add", "compare_set", "update" } do
        raises(at, v, call .. ": ", v[call], v, "1")
      end
      assert.has_error(function() at.value("x") end)
      assert.equal(0, v:get())
      raises(at, v, "it is no number itself: read it by v:get()", function() return v + 1 end)
      raises(at, v, "it is no number itself: read it by v:get()", function() return 1 < v end)
    end)

    it("loses no add among 8 tasks", function()
      local v, N = at.value(0), at.times(2000)
      tasks.succeed(tasks.spawn(8, function()
        for _ = 1, N do v:add(1) end
      end))
      assert.equal(8 * N, v:get())
    end)

    it("is set by one of 8 tasks that compare, and by the others when they look again", function()
      local v, N = at.value(0), at.times(500)
      tasks.succeed(tasks.spawn(8, function()
        for _ = 1, N do
          local old
          repeat old = v:get() until v:compare_set(old, old + 1)
        end
      end))
      assert.equal(8 * N, v:get())
    end)

    it("loses no update among adds and compare_sets, and is read whole meanwhile", function()
      local v, N = at.value(0), at.times(500)
      local function other(x) return math.type(x) == "integer" and x + 1.0 or math.tointeger(x) + 1 end
      local list = tasks.spawn(6, function(n)
        for _ = 1, N do
          if n == 1 then
            v:add(1)
          elseif n == 2 then
            local old
            repeat old = v:get() until v:compare_set(old, old + 1)
          else
            v:update(other)
          end
        end
      end)
      repeat
        local x = v:get()
        assert.truthy(x == math.floor(x) and x >= 0 and x <= 6 * N)
        local running = false
        for _, p in ipairs(list) do running = running or p:is_alive() end
      until not running
      tasks.succeed(list)
      assert.equal(6 * N, v:get())
    end)

    it("loses no write of the others when some of 8 tasks are killed", function()
      local v, done, N = at.value(0), ipc.array("int64", 8), at.times(100)
      local list = tasks.spawn(8, function(n)
        while true do
          if n % 2 == 0 then v:add(1) else v:update(function(x) return x + 1 end) end
          done:add(n, 1)
        end
      end)
      for n, p in ipairs(list) do
        await(function() return done[n] >= N end)
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
      local v, N = at.value(0), at.times(200)
      tasks.succeed(tasks.spawn(2, function()
        for _ = 1, N do
          local x = v:get()
          ipc.yield()
          v:set(x + 1)
        end
      end))
      assert.truthy(v:get() <= 2 * N)
    end)

    it("keeps its old number when update's function raises, returns no number, or dies", function()
      local v = at.value(7)
      local mine = {}
      assert.same({ false, mine }, { pcall(v.update, v, function() error(mine) end) })
      raises(at, v, "update: the function must return a number, not a string", v.update, v, function() return "8" end)
      local p = ipc.spawn(function() v:update(function() ipc.current():kill() ipc.sleep() end) end)
      p:join(PATIENCE)
      assert.equal(-9, p.exitcode)
      assert.equal(7, v:get())
      assert.equal(8, v:update(function(x) return x + 1 end))
    end)

    it("may not be written by its own update", function()
      local v = at.value(7)
      for call, given in pairs{ set = { 1 }, add = { 1 }, compare_set = { 7, 1 }, update = { math.abs } } do
        raises(at, v, call .. ": deadlock: held by this task already", v.update, v, function()
          v[call](v, table.unpack(given))
          return 8
        end)
      end
      assert.equal(7, v:get())
      assert.equal(8, v:update(function() return v:get() + 1 end))
    end)
  end)
end

describe("an unnamed value", function()
  it("may have a name to be told by", function()
    assert.truthy(tostring(ipc.value{ init = 1, name = "half" }):find '^value#%d+ "half": 1$')
  end)
end)
