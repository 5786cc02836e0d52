-- barrier: the same without a name, near and far.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

for _, at in ipairs(both.all) do
  describe("a barrier, " .. at.where .. ",", function()
    it("lets all go when the last has come, and tells each its place", function()
      local b, list, places = at.barrier(8), {}, {}
      for n = 1, 8 do list[n] = ipc.spawn(function() return b:wait() end) end
      for _, p in ipairs(list) do places[#places + 1] = p:result(PATIENCE) end
      table.sort(places)
      assert.same({ 1, 2, 3, 4, 5, 6, 7, 8 }, places)
      assert.same({ 8, 0, false }, { b.parties, b.waiting, b.broken })
    end)

    it("is used again at once, and nobody gets ahead by a round", function()
      local b, rounds, list, N = at.barrier(4), at.value(0), {}, at.times(200)
      for n = 1, 4 do
        list[n] = ipc.spawn(function()
          for round = 1, N do
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
      local b = at.barrier(3)
      local p = ipc.spawn(function() return select(2, b:wait()) end)
      await(function() return b.waiting >= 1 end)
      assert.truthy(tostring(b):find(": 1 of 3 waiting", 1, true))
      assert.same({ nil, "timeout" }, { b:wait(0.01) })
      assert.equal("broken", p:result(PATIENCE))
      assert.is_true(b.broken)
      assert.truthy(tostring(b):find(": 0 of 3 waiting, broken", 1, true), tostring(b))
      assert.same({ nil, "broken" }, { b:wait() })
      b:reset()
      assert.is_false(b.broken)
      assert.same({ nil, "timeout" }, { b:wait(0) })
    end)

    it("breaks by abort, by reset while somebody waits, and by a death", function()
      for _, how in ipairs{ "abort", "reset", "kill" } do
        local b = at.barrier(3)
        local victim = ipc.spawn(function() b:wait() end)
        local p = ipc.spawn(function() return select(2, b:wait()) end)
        await(function() return b.waiting >= 2 end)
        if how == "kill" then victim:kill() else b[how](b) end
        assert.equal("broken", p:result(PATIENCE))
        tasks.join{ victim }
      end
    end)

    it("tells the timeout to one, and broken to the other 7", function()
      local b, list = at.barrier(9), {}
      for n = 1, 7 do list[n] = ipc.spawn(function() return select(2, b:wait(PATIENCE)) end) end
      await(function() return b.waiting >= 7 end)
      assert.same({ nil, "timeout" }, { b:wait(0.01) })
      for _, p in ipairs(list) do assert.equal("broken", p:result(PATIENCE)) end
      assert.same({ nil, "broken" }, { b:wait(0) })
    end)

    it("serves again after a death and a reset", function()
      local b, list = at.barrier(3), {}
      local victim = ipc.spawn(function() b:wait() end)
      await(function() return b.waiting >= 1 end)
      victim:kill()
      tasks.join{ victim }
      assert.same({ nil, "broken" }, { b:wait(PATIENCE) })
      b:reset()
      for n = 1, 2 do list[n] = ipc.spawn(function() return b:wait(PATIENCE) end) end
      assert.truthy(b:wait(PATIENCE))
      for _, p in ipairs(list) do assert.truthy(p:result(PATIENCE)) end
      b:abort()
      assert.same({ nil, "broken" }, { b:wait(0) })
    end)

    it("of one lets everybody through", function()
      local b = at.barrier(1)
      assert.same({ 1, 1, 1 }, { b:wait(), b:wait(0), b:wait() })
      assert.has_error(function() at.barrier(0) end)
      local ok, why = pcall(at.barrier)
      assert.truthy(not ok and why:find("barrier: parties must be an integer from 1 to 1000000, not nil", 1, true), why)
    end)
  end)
end
