-- A failing schedule as a diagram, as JSON, and the line that a terminal shows meanwhile.
package.path = "bindings/?.lua;" .. package.path
local schedule = dofile "spec/support/explore/schedule.lua"
local mermaid = require "explore.report.mermaid"
local json = require "explore.report.json"
local encode = require "formats.json_encode"
local outcomes = require "explore.explain.outcomes"
local progress = require "explore.report.progress"
local cjson = require "cjson"

local EVENTS = [[
  task 1 ann
  task 2 bob
  value till
  1 1 starts
  1 4 get till -> 3
  2 1 starts ! could 1,2
  2 4 get till -> 3
  2 5 set till : set 2 -> true
  1 5 set till : set 2 -> true
]]

local function found(events)
  return schedule.of(events or EVENTS, { ending = "error", ender = "1", message = "script.lua:5: wrong; #2",
    labels = { both = true }, notices = {}, steps = 8 },
    { outcomes = { { text = "sold 3", count = 1 }, { text = "sold 2", count = 3, command = "replay" } } })
end

describe("a diagram", function()
  it("has tasks and what they have in common, and an arrow for each step", function()
    local text = mermaid.text(found())
    assert.truthy(text:find("^sequenceDiagram\n  title lost update of value \"till\": 1 switch", 1), text)
    assert.truthy(text:find('  actor p1 as ann\n  actor p2 as bob\n  participant p3 as value "till"\n', 1, true), text)
    assert.truthy(text:find("  p1-->>p3: 4: get -> 3\n  Note over p1: here ann is stopped\n", 1, true), text)
    assert.truthy(text:find("  p2->>p3: 5: set 2\n", 1, true), text)
  end)

  it("has no character that would end a line of it", function()
    local text = mermaid.text(found())
    assert.truthy(text:find("fails: script.lua:5: wrong#59; #35;2", 1, true), text)
  end)

  it("has at most 200 events, the last ones", function()
    local text = mermaid.text(found(EVENTS .. ("\n2 7 get till -> 2"):rep(300) .. "\n1 9 get till -> 2"))
    local _, count = text:gsub("\n  p%d", "")
    assert.equal(200, count)
    assert.truthy(text:find("Note over p1: 105 events before", 1, true), text:sub(1, 300))
  end)
end)

describe("JSON", function()
  it("tells a tool everything", function()
    local told = cjson.decode(json.failure(found(), { script = "nowhere.lua" }, function()
      return { ending = "passed" }
    end))
    assert.equal(1, told.status)
    assert.equal("error", told.kind)
    assert.equal("lost update", told.pattern)
    assert.equal("1*2 2*3 1", told.moves)
    assert.equal(5, told.line)
    assert.equal(6, #told.steps)
    assert.equal("ann", told.steps[2].name)
    assert.equal("3", told.steps[2].result)
    assert.truthy(told.steps[2].stopped)
    assert.equal(told.flip.earlier.step, 2)
    assert.same({ text = "sold 2", count = 3, share = 0.75, command = "replay" }, told.outcomes[1])
    assert.same({ { label = "both", came = true } }, told.labels)
  end)

  it("is valid whatever the texts hold", function()
    for _, text in ipairs{ "a\"b\\c\n\t\0\127", "\xff\xfe", "äöü", "" } do
      local back = cjson.decode(encode{ text })[1]
      assert.equal((text:gsub("[\xfe\xff]", "\u{FFFD}")), back)
    end
    assert.equal('{"a":[],"b":1,"c":0.5,"d":true}', encode{ a = {}, b = 1, c = 0.5, d = true })
  end)
end)

describe("outcomes", function()
  it("are told with their share, the most frequent first", function()
    assert.equal("sold 2: 75 %, sold 3: 25 %", outcomes.line(found().outcomes))
    assert.same({ "outcomes: sold 2: 75 %, sold 3: 25 %", "  sold 2: replay" }, outcomes.lines(found().outcomes))
  end)

  it("that are rare are not told as none", function()
    assert.equal("a: 100 %, b: 0.1 %", outcomes.line{ { text = "a", count = 9999 }, { text = "b", count = 1 } })
  end)
end)

describe("the line of progress", function()
  it("has schedules, how many a second, choices and outcomes", function()
    assert.equal("1,200 of 10,000 schedules, 600/s, up to 31 choices; a: 50 %, b: 50 %", progress.line{
      schedules = 1200, seconds = 2, choices = 31, runs = 10000, width = 100,
      outcomes = { { text = "a", count = 1 }, { text = "b", count = 1 } },
    })
  end)

  it("fits the terminal", function()
    local line = progress.line{ schedules = 1200, seconds = 2, choices = 31, runs = 10000, width = 40 }
    assert.equal(39, #line)
  end)
end)
