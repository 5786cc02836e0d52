-- Twenty faults of the literature, each a small script in textbook/ with a corrected twin: `tidelock explore` finds
-- each by its default options within a thousand schedules, and the schedule that it prints fails again in the same
-- way; no twin fails.  More seeds and more schedules: spec/support/explore/textbook_sweep.lua.
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"
local textbook = dofile "spec/support/explore/textbook.lua"

local MOST, OF_A_TWIN = textbook.MOST, rounds(300)
local FAILS, PASSES = 1, 0

for _, fault in ipairs(textbook.faults) do
  describe(fault.name, function()
    local command

    it("is found", function()
      local run = textbook.explore(fault.name, { runs = MOST })
      assert.equal(FAILS, run.status, run.out .. run.err)
      assert.truthy(run.schedule and run.schedule <= MOST, run.out)
      assert.truthy(run.message:find(fault.fails), run.out)
      command = run.command
      assert.truthy(command, run.out)
    end)

    it("fails again in the schedule that was found", function()
      assert.truthy(command, "it was not found")
      local run = textbook.told_by((command:gsub("^replay", "replay --json")))
      assert.equal(FAILS, run.status, run.out .. run.err)
      assert.truthy(run.message:find(fault.fails), run.out)
    end)

    it("is not in its twin", function()
      local run = textbook.explore(fault.name .. "_fixed", { runs = OF_A_TWIN })
      assert.equal(PASSES, run.status, run.out .. run.err)
      assert.equal(OF_A_TWIN, run.schedules, run.out)
    end)
  end)
end

describe("the textbook", function()
  it("has all scripts of its folder", function()
    local here, listed = shell.list(textbook.FOLDER), {}
    for _, fault in ipairs(textbook.faults) do
      listed[fault.name .. ".lua"], listed[fault.name .. "_fixed.lua"] = true, true
    end
    assert.same(here, listed)
  end)
end)
