-- How times are written and read, and where a scale has its ticks.
package.path = "bindings/?.lua;" .. package.path
local times = require "timeline.times"

describe("a time", function()
  it("is written with three digits that count, in a unit of which there is one", function()
    local texts = {}
    for i, ns in ipairs{ 0, 1, 850, 999, 1000, 12345, 999999, 1500000, 60000000, 1234567890, 59990000000,
      125000000000, 3599000000000, 7500000000000, 3240000000000000 } do
      texts[i] = times.text(ns)
    end
    assert.same({ "0 s", "1 ns", "850 ns", "999 ns", "1.00 us", "12.3 us", "1.00 ms", "1.50 ms", "60.0 ms", "1.23 s",
      "60.0 s", "2 min 05 s", "59 min 59 s", "2 h 05 min", "37 d 12 h" }, texts)
    assert.same({ "1 step", "0 steps", "12 steps" }, { times.text(1, true), times.text(0, true), times.text(12, true) })
  end)

  it("is read with its unit; seconds have none", function()
    local found = {}
    for i, text in ipairs{ "12ms", "1.5", "1.5s", "300us", "300 µs", "7ns", "2min", "3h",
      "1.5d" } do found[i] = times.parse(text) end
    assert.same({ 12000000, 1500000000, 1500000000, 300000, 300000, 7, 120000000000, 10800000000000,
      129600000000000 }, found)
    assert.equal(12, times.parse("12", true))
    for _, text in ipairs{ "", "ms", "12 apples", "1.2.3", "-5", "1e400s", "99999999999999s" } do
      assert.is_nil(times.parse(text), text)
    end
    assert.is_nil(times.parse("1.5", true))
    assert.is_nil(times.parse("12ms", true))
  end)

  it("has ticks at 1, 2 or 5 of a power of ten, within the range", function()
    local function ticks(...)
      local list, unit = times.ticks(...)
      local texts = {}
      for i, tick in ipairs(list) do texts[i] = tick.text end
      return table.concat(texts, " ") .. " " .. unit
    end
    assert.equal("0 20 40 60 ms", ticks(0, 60000000, 5))
    assert.equal("0 0.5 1 1.5 s", ticks(0, 1600000000, 4))
    assert.equal("10 12 14 16 18 20 ms", ticks(10000000, 20000000, 5))
    assert.equal("0 5 10 steps", ticks(0, 12, 3, true))
    assert.equal("0 1 2 steps", ticks(0, 2, 10, true))
    assert.equal("0 ns", ticks(0, 0, 5))
    local minute = 60000000000
    assert.equal("0 20 40 60 80 s", ticks(0, 80000000000, 4))
    assert.equal("0 30 60 90 s", ticks(0, 100000000000, 4))
    assert.equal("0 5 10 min", ticks(0, 10 * minute, 3))
    assert.equal("0 6 12 18 24 h", ticks(0, 24 * 60 * minute, 4))
    assert.equal("0 10 20 30 d", ticks(0, 54000 * minute, 4))
    assert.equal("3240000 3240005 3240010 s", ticks(54000 * minute, 54000 * minute + 10000000000, 3))
  end)
end)
