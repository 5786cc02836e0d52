-- Depth first against many random schedules, and against counts that are known: every order of dependent steps is
-- explored, and each once.
package.path = "bindings/?.lua;" .. package.path
local fake = dofile "spec/support/explore/fake_host.lua"
local models = dofile "spec/support/explore/models.lua"
local brute = dofile "spec/support/explore/brute_force.lua"
local depth_first = require "explore.search.depth_first"
local random = require "explore.search.random"

local function options(more)
  local all = { seed = 1, delays = false, kills = 0 }
  for field, value in pairs(more or {}) do all[field] = value end
  return all
end

-- Explores the model; `late` branches are taken in another order than they were given. Returns the search, the runs,
-- and the signatures of those that were complete.
local function explore(model, more, late)
  local search, runs, kinds, waiting = depth_first.new(options(more)), 0, {}, {}
  local chance = random.new(7)
  while true do
    local branch = search:next()
    if branch then waiting[#waiting + 1] = branch end
    if not branch and #waiting == 0 then break end
    if not branch or not late or #waiting > 3 then
      branch = table.remove(waiting, late and chance:below(#waiting) or 1)
      local run, events, tasks, objects = fake.run(model, search:plan(branch))
      local before = search.explored
      search:took(branch, run, events, tasks, objects)
      runs = runs + 1
      if search.explored > before then
        local kind = brute.signature(events, objects)
        kinds[kind] = (kinds[kind] or 0) + 1
      end
    end
  end
  return search, runs, kinds
end

local function count(set)
  local n = 0
  for _ in pairs(set) do n = n + 1 end
  return n
end

describe("depth first without a bound", function()
  for name, model in pairs(models.small) do
    it("explores every order of dependent steps once: " .. name, function()
      local some = brute.sample(model, 300)
      for _, late in ipairs{ false, true } do
        local search, runs, kinds = explore(model, {}, late)
        for kind in pairs(some) do assert.equal(1, kinds[kind], kind) end
        for _, times in pairs(kinds) do assert.equal(1, times) end
        assert.equal(search.explored, count(kinds))
        assert.truthy(runs >= search.explored)
      end
    end)
  end

  it("explores one schedule of independent steps, whether a join waits or comes late", function()
    assert.equal(1, explore(models.steps(2, 3, false)).explored)
    assert.equal(1, explore(models.steps(3, 2, false)).explored)
  end)

  it("explores the multinomial of dependent steps", function()
    assert.equal(20, explore(models.steps(2, 3, true)).explored)
    assert.equal(90, explore(models.steps(3, 2, true)).explored)
  end)

  it("runs far fewer schedules than there are", function()
    local _, runs = explore(models.steps(3, 2, false))
    assert.truthy(runs < 20, runs)
  end)

  it("gives each answer of choose", function()
    local seen = {}
    local model = function(world) seen[world.choose(3) * 10 + world.choose(2)] = true end
    assert.equal(6, explore(model).explored)
    assert.equal(6, count(seen))
  end)

  it("gives each answer of choose, of many", function()
    local seen = {}
    assert.equal(200, explore(function(world) seen[world.choose(200)] = true end).explored)
    assert.equal(200, count(seen))
  end)

  it("kills each task at each of its points, where it may", function()
    local ends = {}
    local model = function(world)
      local value = world.value(0)
      world.join(world.start("a", function() value.set(1) value.set(2) end))
      ends[value.get()] = true
    end
    explore(model, { kills = 1 })
    assert.same({ [0] = true, [1] = true, [2] = true }, ends)
  end)

  it("lets the clock go on though tasks could run, where it may", function()
    local model = function(world)
      local value = world.value(0)
      local a = world.start("a", function() value.set(1) end)
      world.sleep(1)
      local early = value.get() == 0
      world.join(a)
      if early then error("too early", 0) end
    end
    local function failing(more)
      local search, found = depth_first.new(options(more)), false
      local branch = search:next()
      while branch do
        local run, events, tasks, objects = fake.run(model, search:plan(branch))
        search:took(branch, run, events, tasks, objects)
        found = found or run.ending == "error"
        branch = search:next()
      end
      return found
    end
    assert.falsy(failing())
    assert.truthy(failing{ delays = true })
  end)
end)

describe("depth first with a bound", function()
  local function plans(model, bound)
    local search, list, texts = depth_first.new(options{ bound = bound }), {}, {}
    local branch = search:next()
    while branch do
      local run, events, tasks, objects = fake.run(model, search:plan(branch))
      search:took(branch, run, events, tasks, objects)
      list[#list + 1] = { cost = branch.cost, hash = run.hash }
      texts[run.hash] = (texts[run.hash] or 0) + 1
      branch = search:next()
    end
    return list, texts
  end

  it("of 0 runs one schedule", function()
    assert.equal(1, #plans(models.steps(3, 2, true), 0))
  end)

  it("runs the cheap ones first, and none twice", function()
    local list, texts = plans(models.steps(3, 2, true), 2)
    local last = 0
    for _, each in ipairs(list) do
      assert.truthy(each.cost >= last)
      last = each.cost
    end
    assert.equal(2, last)
    for text, n in pairs(texts) do assert.equal(1, n, text) end
  end)

  it("has no more pre-emptions than it may, and then each schedule counts", function()
    local cost = require "explore.schedule.cost"
    local model = models.steps(2, 2, false)
    local search, most = depth_first.new(options{ switches = 1 }), 0
    local branch = search:next()
    while branch do
      local run, events, tasks, objects = fake.run(model, search:plan(branch))
      search:took(branch, run, events, tasks, objects)
      most = math.max(most, cost.of(events).preemptions)
      branch = search:next()
    end
    assert.equal(1, most)
    assert.truthy(search.explored > 4)
  end)
end)
