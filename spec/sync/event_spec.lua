-- event: the same without a name, near and far.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local shows = dofile "spec/support/shows.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

for _, at in ipairs(both.all) do
  describe("an event, " .. at.where .. ",", function()
    it("lets everybody go on once it is set, until it is cleared", function()
      local e, list = at.event(), {}
      assert.truthy(tostring(e):find(": not set, 0 waiting", 1, true))
      for n = 1, 8 do list[n] = ipc.spawn(function() return e:wait() end) end
      shows(e, "8 waiting")
      assert.is_false(e:is_set())
      assert.is_true(e:set())
      for _, p in ipairs(list) do assert.is_true(p:result(PATIENCE)) end
      assert.is_true(e:wait(0))
      assert.is_true(e:is_set())
      assert.truthy(tostring(e):find(": set, 0 waiting", 1, true))
      assert.is_true(e:clear())
      assert.is_false(e:is_set())
      assert.same({ nil, "timeout" }, { e:wait(0) })
      assert.same({ nil, "timeout" }, { e:wait(0.01) })
      raises(at, e, "set: takes no argument, and got 1", e.set, e, true)
    end)

    it("lets the waiters go though it is cleared at once, and though some were killed", function()
      local e, list = at.event(), {}
      for n = 1, 4 do list[n] = ipc.spawn(function() return e:wait(PATIENCE) end) end
      shows(e, "4 waiting")
      list[1]:kill()
      list[3]:kill()
      e:set()
      e:clear()
      assert.is_true((list[2]:result(PATIENCE)))
      assert.is_true((list[4]:result(PATIENCE)))
      tasks.join(list)
    end)

    it("reaches the others of 8 waiters when some are killed", function()
      local e, list = at.event(), {}
      for n = 1, 8 do list[n] = ipc.spawn(function() return e:wait(PATIENCE) end) end
      shows(e, "8 waiting")
      for n = 1, 8, 2 do list[n]:kill() end
      e:set()
      for n = 2, 8, 2 do assert.is_true(list[n]:result(PATIENCE)) end
      tasks.join(list)
      e:clear()
      assert.same({ nil, "timeout" }, { e:wait(0) })
    end)
  end)
end
