-- The starter is the solution without what is in the hole.
package.path = "bindings/?.lua;" .. package.path
local starter = require "labs.starter"

local function lines(...) return table.concat({ ... }, "\n") .. "\n" end

describe("a starter", function()
  it("has one comment for the hole, as far in as the mark", function()
    assert.equal(lines("a()", "  -- write b", "c()"),
      starter.make(lines("a()", "  --[[ hole: write b ]]", "  b()", "  b()", "  --[[ end ]]", "c()")))
  end)

  it("has the first version that the solution gives", function()
    local text = lines("--[[ hole: write b ]]", "b()", "--[[ start: x[y[1]]() ]]", "--[[ start:", "if z then", "end",
      "]]", "--[[ end ]]", "c()")
    assert.equal(lines("-- write b", "x[y[1]]()", "if z then", "end", "c()"), starter.make(text))
  end)

  it("may have several holes", function()
    assert.equal(lines("-- one", "m()", "-- two"), starter.make(lines("--[[ hole: one ]]", "a()", "--[[ end ]]", "m()",
      "--[[ hole: two ]]", "b()", "--[[ end ]]")))
  end)

  it("is refused where the marks are wrong, by line", function()
    assert.same({ nil, "it has no hole: a line --[[ hole: what to write ]], and --[[ end ]] below" },
      { starter.make "a()" })
    assert.same({ nil, "the hole of line 2 is not closed: --[[ end ]]" },
      { starter.make(lines("a()", "--[[ hole: b ]]", "b()")) })
    assert.same({ nil, "line 2: a hole within the hole of line 1" },
      { starter.make(lines("--[[ hole: b ]]", "--[[ hole: c ]]", "--[[ end ]]")) })
  end)

  it("is not what is shown of a solution: its lines without the marks", function()
    assert.equal(lines("a()", "b()", "c()"),
      starter.shown(lines("a()", "--[[ hole: b ]]", "b()", "--[[ start: x() ]]", "--[[ end ]]", "c()")))
    assert.equal("a()\n", starter.shown "a()\n")
  end)
end)
