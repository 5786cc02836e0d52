-- The mix, by plans that a host in Lua runs.
package.path = "bindings/?.lua;" .. package.path
local fake = dofile "spec/support/explore/fake_host.lua"
local models = dofile "spec/support/explore/models.lua"
local search = require "explore.search.search"
local summary = require "explore.report.summary"

-- Runs a search of the model; `look(plan, run)` is called for each schedule.
local function run_search(model, options, look)
  options.seed = options.seed or 1
  local hunt = search.new(options)
  while true do
    local plan = hunt:next()
    if plan == "done" then return hunt end
    local run, events, tasks, objects = fake.run(model, plan)
    if look then look(plan, run) end
    hunt:took(plan, run, function() return events, tasks, objects end)
  end
end

local function plans_of(options, count)
  local list = {}
  options.runs = count
  run_search(models.steps(2, 4, true), options, function(plan) if plan.number then list[#list + 1] = plan end end)
  return list
end

describe("the mix", function()
  it("begins without pre-emption, the tasks in order", function()
    local first = plans_of({}, 3)[1]
    assert.equal("none", first.strategy)
    assert.equal("", first.moves)
  end)

  it("gives each strategy its turn", function()
    local seen = {}
    for _, plan in ipairs(plans_of({}, 100)) do
      seen[plan.strategy .. (plan.changes and plan.changes + 1 or "")] = true
    end
    for _, name in ipairs{ "none", "pos", "random", "pct1", "pct2", "pct3", "pct5", "starve" } do
      assert.truthy(seen[name], name)
    end
  end)

  it("moves the clock in half of the random ones, but not in the first 20", function()
    local random, moving = 0, 0
    for i, plan in ipairs(plans_of({}, 400)) do
      if plan.clock then
        assert.truthy(i > 20)
        moving = moving + 1
      end
      if plan.strategy ~= "none" and i > 20 then random = random + 1 end
    end
    assert.truthy(math.abs(moving - random / 2) <= 1, moving .. " of " .. random)
  end)

  it("never moves the clock where that is not wanted", function()
    for _, plan in ipairs(plans_of({ no_delays = true }, 300)) do assert.equal(nil, plan.clock) end
  end)

  it("kills in every second random one, and at each choice of schedule 1", function()
    local killing, random, moves = 0, 0, {}
    for _, plan in ipairs(plans_of({ kills = 1, no_delays = true }, 400)) do
      if plan.strategy ~= "none" then random = random + 1 end
      if plan.kills then killing = killing + 1 end
      if plan.strategy == "none" and plan.moves:find "k%d" then moves[plan.moves:match "k%d"] = true end
    end
    assert.truthy(math.abs(killing - random / 2) <= 2, killing .. " of " .. random)
    assert.same({ k1 = true, k2 = true }, moves)
  end)

  it("is the same for the same seed, and another for another", function()
    local function text(seed)
      local parts = {}
      for i, plan in ipairs(plans_of({ seed = seed }, 60)) do
        parts[i] = plan.strategy .. (plan.seed or "") .. (plan.moves or "")
      end
      return table.concat(parts, " ")
    end
    assert.equal(text(1), text(1))
    assert.not_equal(text(1), text(2))
  end)

  it("ends after so many runs", function()
    assert.equal(50, run_search(models.locked_update, { runs = 50 }).taken)
  end)

  it("ends at the first failure", function()
    local hunt = run_search(models.lost_update, { runs = 1000 })
    assert.equal(hunt.taken, hunt.failure.number)
    assert.truthy(hunt.taken < 20)
    assert.truthy(hunt.failure.run.message:find "lost")
  end)

  it("goes on where the failure is refused", function()
    local hunt = search.new{ seed = 1, runs = 100 }
    local failures = 0
    while true do
      local plan = hunt:next()
      if plan == "done" and not hunt.failure then break end
      if plan == "done" then
        hunt:refuse()
        failures = failures + 1
      else
        local run, events, tasks, objects = fake.run(models.lost_update, plan)
        hunt:took(plan, run, function() return events, tasks, objects end)
      end
    end
    assert.equal(100, hunt.taken)
    assert.truthy(failures > 1 and failures <= 20) -- then it is known that it is no use
    assert.truthy(hunt.refused >= failures)
  end)

  it("finds one task of eight that is late, with each of 5 seeds", function()
    for seed = 1, 5 do
      local hunt = run_search(models.late, { runs = 400, seed = seed })
      assert.truthy(hunt.failure, seed)
    end
  end)
end)

describe("a search", function()
  it("gives no plan while all depends on schedule 1", function()
    local hunt = search.new{ seed = 1, runs = 100 }
    assert.equal("table", type(hunt:next()))
    assert.equal(nil, hunt:next())
  end)

  it("unites what labels told, and counts outcomes", function()
    local hunt = run_search(function(world)
      models.locked_update(world)
      world.sometimes(true, "always so")
      world.sometimes(false, "never so")
      world.outcome(world.choose(2))
    end, { runs = 60 })
    assert.same({ "never so" }, hunt.findings:missing())
    local counts = {}
    for _, row in ipairs(hunt.findings.outcomes) do counts[row.text] = row.count end
    assert.equal(60, counts["1"] + counts["2"])
    assert.truthy(counts["1"] > 5 and counts["2"] > 5)
  end)

  it("says which line is not deterministic", function()
    local runs = 0
    local hunt = run_search(function(world)
      runs = runs + 1
      local value = world.value(0)
      value.get()
      if runs > 100 then value.set(1) else value.get() end
    end, { runs = 100 })
    assert.truthy(hunt.findings.differs)
    assert.truthy(summary.differs(hunt.findings):find "search_spec.lua:%d+: schedule 100 ran twice")
  end)

  it("finds no fault in one that is", function()
    assert.equal(nil, run_search(models.locked_update, { runs = 300 }).findings.differs)
  end)

  it("of all schedules says how many there are", function()
    local hunt = run_search(models.steps(3, 2, true), { all = true, no_delays = true })
    assert.equal("no failing schedule: all 90 explored without delays", summary.nothing(hunt, "done"))
  end)

  it("of all says that they are not, where the runs end it", function()
    local hunt = run_search(models.steps(3, 2, true), { all = true, runs = 100 })
    assert.equal("no failing schedule: 100 schedules, but not all (--runs 100 ended it)", summary.nothing(hunt, "done"))
  end)
end)

describe("a number", function()
  it("has separators", function()
    for number, text in pairs{ [0] = "0", [12] = "12", [999] = "999", [1386] = "1,386", [1234567] = "1,234,567" } do
      assert.equal(text, summary.number(number))
    end
  end)
end)
