-- The swap of two steps that makes a schedule pass.
package.path = "bindings/?.lua;" .. package.path
local schedule = dofile "spec/support/explore/schedule.lua"
local flip = require "explore.explain.flip"
local patterns = require "explore.patterns.patterns"
local story = require "explore.story.story"

local LOST = [[
  task 1 ann
  task 2 bob
  value till
  value own
  1 1 starts
  1 3 set own : set 1 -> true
  1 4 get till -> 3
  2 1 starts ! could 1,2
  2 4 get till -> 3
  2 5 set till : set 2 -> true
  1 5 set till : set 2 -> true
]]

local function told(events, run)
  run = run or { ending = "error", ender = "1", message = "script.lua:5: wrong" }
  return story.of(schedule.of(events or LOST, run))
end

-- The plans that are tried; `passes` says of which the run passes.
local function try(passes, events)
  local it, plans = told(events), {}
  local swap, pattern = flip.find(it, patterns.of(it), function(plan)
    plans[#plans + 1] = plan.moves
    return passes(plan) or { ending = "error" }
  end)
  return swap, pattern, plans, it
end

describe("a swap", function()
  it("lets the later task come first, up to its step, and then all as it was", function()
    local _, _, plans = try(function() end)
    assert.equal("1*2 2*3 1*2", plans[1])
  end)

  it("is found where the run passes, and told by line and step", function()
    local swap, pattern, _, it = try(function() return { ending = "passed" } end)
    assert.equal("lost update", pattern.name)
    assert.equal("had line 5 of bob (step 6) come before line 4 of ann (step 3), it would pass",
      flip.text(swap, it.names))
  end)

  it("does not count where a move before it could not be made", function()
    local swap = try(function() return { ending = "passed", deviations = 1, first_deviation = 4 } end)
    assert.equal(nil, swap)
    assert.truthy((try(function() return { ending = "passed", deviations = 1, first_deviation = 7 } end)))
  end)

  it("is none where no run passes", function()
    local swap, _, plans = try(function() end)
    assert.equal(nil, swap)
    assert.truthy(#plans > 1)
  end)

  it("is never of two steps that only read", function()
    local _, _, plans = try(function() end, (LOST:gsub("%d 5 set[^\n]*", "")))
    assert.same({}, plans)
  end)
end)
