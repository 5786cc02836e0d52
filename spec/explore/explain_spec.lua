-- What somebody reads of a schedule that failed.
package.path = "bindings/?.lua;" .. package.path
local schedule = dofile "spec/support/explore/schedule.lua"
local explain = require "explore.explain.explain"

local LOST = [[
  task 1 ann
  task 2 bob
  value left
  value own
  process ann
  process bob
  0 30 start ann
  0 30 start bob
  0 31 join ann
  1 1 starts
  1 20 set own : set 1
  1 20 get own -> 1
  1 4 get left -> 3
  2 1 starts ! could 1,2
  2 4 get left -> 3
  2 5 set left : set 2 -> true
  2 5 end
  1 5 set left : set 2 -> true
  1 5 end
  0 31 join ann / goes on
  0 32 join bob
  0 33 get left -> 2
  0 33 end
]]

local function report(options)
  local found = schedule.of(LOST, { ending = "error", ender = "0", message = "script.lua:33: 2 sold, 2 of 3 left" },
    { command = "tidelock replay --schedule=0*3 script.lua",
      outcomes = { { text = "sold 3", count = 1 }, { text = "sold 2", count = 3 } } })
  return explain.report{ found = found, script = "nowhere.lua", width = options.width, color = options.color,
    run = options.run }
end

local function passes() return { ending = "passed" } end

describe("an explanation", function()
  it("begins with what, where, and how rare", function()
    local first, second = report{}:match "^(.-)\n(.-)\n"
    assert.equal('lost update of value "left": 1 switch, schedule 17 (4,120 schedules/s)', first)
    assert.equal("script.lua:33: 2 sold, 2 of 3 left", second)
  end)

  it("shows a column a task, and where one is stopped", function()
    local text = report{ width = 100 }
    assert.truthy(text:find("\n  step  line  main +ann +bob *\n"), text)
    local stop = "\n %*   7     4   +get %-> 3\n +<%- here ann is stopped\n %*   9     4 +get %-> 3\n"
    assert.truthy(text:find(stop), text)
    assert.truthy(text:find("... 2 steps that nobody else sees", 1, true), text)
    assert.truthy(text:find("<- here it fails", 1, true), text)
  end)

  it("names the swap that makes it pass, only where it passed", function()
    local sentence = "had line 5 of bob (step 10) come before line 4 of ann (step 7), it would pass"
    assert.truthy(report{ run = passes }:find(sentence, 1, true))
    assert.falsy(report{ run = function() return { ending = "error" } end }:find("it would pass", 1, true))
    assert.falsy(report{}:find("it would pass", 1, true))
  end)

  it("is no wider than the terminal, and never wider than 100 columns", function()
    for _, width in ipairs{ 80, 100, 200 } do
      for line in report{ width = width, run = passes }:gmatch "[^\n]+" do
        assert.truthy(#line <= math.min(width, 100), line)
      end
    end
  end)

  it("says how often which outcome came, and how to replay", function()
    local text = report{}
    assert.truthy(text:find("sold 2: 75 %, sold 3: 25 %", 1, true), text)
    assert.truthy(text:find("replay: tidelock replay --schedule=0*3 script.lua\n", 1, true), text)
  end)

  it("has what the runtime has noticed", function()
    local run = { ending = "error", ender = "0", message = "wrong", notices = { "lock order: a, b" } }
    local found = schedule.of(LOST, run)
    local text = explain.report{ found = found, script = "nowhere.lua" }
    assert.truthy(text:find("\nlock order: a, b\n", 1, true), text)
  end)

  it("has colours only where they are asked for", function()
    assert.falsy(report{}:find("\27", 1, true))
    assert.truthy(report{ color = true }:find("\27[31;1mlost update", 1, true))
    assert.equal(report{ run = passes }, (report{ color = true, run = passes }:gsub("\27%[[%d;]*m", "")))
  end)
end)
