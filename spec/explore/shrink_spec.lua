-- Whatever schedule fails, what is left of it is as short as can be.
package.path = "bindings/?.lua;" .. package.path
local fake = dofile "spec/support/explore/fake_host.lua"
local models = dofile "spec/support/explore/models.lua"
local failure = require "explore.schedule.failure"
local moves = require "explore.schedule.moves"
local shrink = require "explore.search.shrink"

local function executor(model)
  return function(plan)
    local run, events = fake.run(model, plan)
    return run, function() return events end
  end
end

-- A random schedule of the model that fails, from this seed on.
local function failing(model, seed, more)
  for n = seed, seed + 5000 do
    local plan = { strategy = "random", seed = n }
    for field, value in pairs(more or {}) do plan[field] = value end
    local run, events = fake.run(model, plan)
    if failure.is(run) then return { run = run, events = events } end
  end
  error "no schedule of it fails"
end

local function shrunk(model, found, limits)
  return shrink.run(found, executor(model), os.clock, limits or { seconds = 20 })
end

describe("shrink", function()
  it("leaves one pre-emption of a lost update, whichever schedule it begins with", function()
    for seed = 1, 200, 20 do
      local short = shrunk(models.lost_update, failing(models.lost_update, seed))
      assert.truthy(short.exact)
      assert.equal(1, short.cost.preemptions)
      assert.truthy(#short.short < #short.moves)
    end
  end)

  it("leaves one pre-emption of two orders of locks", function()
    for seed = 1, 200, 20 do
      local short = shrunk(models.two_orders, failing(models.two_orders, seed))
      assert.equal("deadlock", short.run.ending)
      assert.equal(1, short.cost.preemptions)
    end
  end)

  it("leaves at most one more than needed of a bug behind many steps", function()
    local model = models.hidden(4)
    for seed = 1, 3 do
      local found = failing(model, seed * 1000)
      assert.truthy(shrunk(model, found).cost.preemptions <= 4)
    end
  end)

  it("drops kills that are not needed", function()
    local found = failing(models.lost_update, 1, { kills = 1 })
    local short = shrunk(models.lost_update, found)
    assert.truthy(short.exact)
    assert.truthy(short.cost.kills + short.cost.preemptions <= 1)
  end)

  it("accepts only the same failure", function()
    local function model(world)
      local value = world.value(0)
      local a = world.start("a", function() value.set(1) end)
      if value.get() == 1 then error "one" end
      world.join(a)
      error "two"
    end
    local run, events = fake.run(model, { moves = "0*2 1*2" })
    assert.truthy(run.message:find "one")
    local short = shrunk(model, { run = run, events = events })
    assert.truthy(short.run.message:find "one")
  end)

  it("needs no more runs than it may", function()
    local runs = 0
    local found = failing(models.two_orders, 1)
    local short = shrink.run(found, function(plan)
      runs = runs + 1
      local run, events = fake.run(models.two_orders, plan)
      return run, function() return events end
    end, os.clock, { runs = 20, seconds = 20 })
    assert.truthy(runs <= 40, runs)
    assert.equal(runs, short.runs)
  end)

  it("comes to the same on a busy machine, but does not go on for ever", function()
    local found = failing(models.lost_update, 1)
    -- a clock on which each look takes so many seconds
    local function slow(seconds)
      local now = 0
      return function()
        now = now + seconds
        return now
      end
    end
    local quick = shrink.run(found, executor(models.lost_update), slow(0))
    assert.same(quick.moves, shrink.run(found, executor(models.lost_update), slow(0.1)).moves)
    assert.truthy(shrink.run(found, executor(models.lost_update), slow(1)).runs < 20)
  end)

  it("gives moves that repeat it, and the few that are needed", function()
    local short = shrunk(models.lost_update, failing(models.lost_update, 3))
    for _, list in ipairs{ short.moves, short.short } do
      local run, events = fake.run(models.lost_update, { moves = moves.text(list) })
      assert.equal(0, run.deviations)
      assert.same(short.moves, moves.of_events(events))
    end
  end)

  it("knows a schedule that passes and is near", function()
    local short = shrunk(models.lost_update, failing(models.lost_update, 3))
    assert.equal("passed", (fake.run(models.lost_update, { moves = moves.text(short.passing) })).ending)
  end)

  it("says where the failure does not come again", function()
    local found = failing(models.lost_update, 1)
    assert.falsy(shrunk(models.locked_update, found).exact)
  end)
end)

describe("a failure", function()
  it("is the same at the same line, whoever it comes from", function()
    local function key(message) return failure.key{ ending = "error", message = message } end
    assert.equal(key "a.lua:14: sold 3", key "process \"x\" (pid 3) failed: a.lua:14: sold 4")
    assert.not_equal(key "a.lua:14: sold 3", key "a.lua:15: sold 3")
    assert.not_equal(key "a.lua:14: x", failure.key{ ending = "always", message = "a.lua:14: x" })
  end)

  it("is the same circle, wherever it begins", function()
    local function key(message) return failure.key{ ending = "deadlock", message = message } end
    assert.equal(key 'a.lua:3: deadlock: ann holds lock "a" and wants "b"; bob holds "b" and wants "a"',
      key 'a.lua:4: deadlock: bob holds "b" and wants "a"; ann holds lock "a" and wants "b"')
  end)

  it("is none where it passed", function()
    assert.equal(nil, failure.key{ ending = "passed" })
  end)
end)
