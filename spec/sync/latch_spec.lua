-- latch: the same without a name, near and far.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local PATIENCE = 20

for _, at in ipairs(both.all) do
  describe("a latch, " .. at.where .. ",", function()
    it("opens once, for good", function()
      local latch, list = at.latch(8), {}
      assert.truthy(tostring(latch):find(": 8 to count down, 0 waiting", 1, true), tostring(latch))
      for n = 1, 8 do
        list[n] = ipc.spawn(function()
          latch:count_down()
          return latch:wait(PATIENCE)
        end)
      end
      for _, p in ipairs(list) do assert.is_true((p:result(PATIENCE))) end
      assert.equal(0, latch.count)
      latch:count_down(5)
      assert.equal(0, latch.count)
      assert.is_true(latch:wait(0))
      assert.same({ nil, "timeout" }, { at.latch(1):wait(0) })
      assert.same({ nil, "timeout" }, { at.latch(1):wait(0.01) })
      assert.is_true(at.latch(0):wait())
    end)

    it("counts by 1 at least", function()
      local latch = at.latch(3)
      for _, wrong in ipairs{ 0, -1, 1.5 } do
        raises(at, latch, "count_down: n must be an integer from 1", latch.count_down, latch, wrong)
      end
      latch:count_down(2)
      assert.equal(1, latch.count)
      for _, wrong in ipairs{ -1, 1.5, "2" } do
        local ok, why = pcall(at.latch, wrong)
        assert.truthy(not ok and why:find("latch: count must be an integer from 0", 1, true), why)
      end
      local ok, why = pcall(at.latch)
      assert.truthy(not ok and why:find("latch: count must be an integer from 0 to 4294967295, not nil", 1, true), why)
    end)

    it("counts what a task that died has counted", function()
      local latch = at.latch(2)
      local p = ipc.spawn(function()
        latch:count_down()
        ipc.current():kill()
      end)
      p:join()
      assert.equal(1, latch.count)
      latch:count_down()
      assert.is_true(latch:wait(PATIENCE))
    end)
  end)
end
