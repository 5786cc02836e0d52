-- Twenty faults of the literature, each a small script in textbook/ with a corrected twin: `tidelock explore` finds
-- each by its default options within a thousand schedules, and the schedule that it prints fails again in the same
-- way; no twin fails.  More seeds and more schedules: spec/support/textbook_sweep.lua.
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"
local textbook = dofile "spec/support/textbook.lua"

local MOST, OF_A_TWIN = textbook.MOST, rounds(300)
local FAILS, PASSES = 1, 0

-- Only "replay: tidelock WORDS" at the end is of the failing schedule: outcomes have commands of their own.
local function command_in(out)
  return out:match "\nreplay: tidelock ([^\n]+)\n[^\n]*$" or out:match "\nreplay: tidelock ([^\n]+)\n"
end

for _, fault in ipairs(textbook.faults) do
  describe(fault.name, function()
    local command

    it("is found", function()
      local run = textbook.explore(fault.name, { runs = MOST })
      assert.equal(FAILS, run.status, run.out .. run.err)
      assert.truthy(run.schedule and run.schedule <= MOST, run.out)
      assert.truthy(run.out:find(fault.fails), run.out)
      command = command_in(run.out)
      assert.truthy(command, run.out)
    end)

    it("fails again in the schedule that was found", function()
      assert.truthy(command, "it was not found")
      local out, err, status = shell.run(shell.tidelock .. " " .. command, textbook.LIMIT)
      assert.equal(FAILS, status, out .. err)
      assert.truthy(out:find(fault.fails), out)
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
