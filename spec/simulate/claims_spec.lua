-- What a script says of all its runs: in an ordinary run, and in a simulation.  How an exploration takes it:
-- spec/c/program/account_test.c.
local ipc = require "tidelock"
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local PATIENCE = 10

-- The function raises at its own line, and what it says begins with the text.
local function says(text, f)
  local ok, why = pcall(f)
  assert.is_false(ok, text)
  local where = ("spec/simulate/claims_spec.lua:%d: "):format(debug.getinfo(f, "S").linedefined)
  assert.equal(where .. text, tostring(why):sub(1, #where + #text))
end

local function simulate(code, seed)
  local path = files.write(os.tmpname(), "local ipc = require 'tidelock'\n" .. code)
  local out, err, status = shell.run(("%s --sim=%d %s"):format(shell.tidelock, seed, path), PATIENCE)
  os.remove(path)
  return out, err, status
end

describe("always", function()
  it("does nothing where its condition holds", function()
    assert.equal(0, select("#", ipc.always(true, "no")))
    assert.equal(0, select("#", ipc.always(0, "%d", "not looked at")))
  end)

  it("raises its message at the caller's line", function()
    says("sold 3 of 2", function() ipc.always(3 <= 2, "sold %d of %d", 3, 2) end)
    says("100%", function() ipc.always(nil, "100%%") end)
  end)

  it("needs a message, that can be formatted", function()
    local usage = ": ipc.always(condition, message, ...)"
    says("always: a condition and a message are expected" .. usage, function() ipc.always(true) end)
    says("always: a condition and a message are expected" .. usage, function() ipc.always() end)
    says("always: the message must be a string, not a number" .. usage, function() ipc.always(true, 3) end)
    says("always: the message must be a string, not nil" .. usage, function() ipc.always(false, nil) end)
    local text = 'always: this does not hold, and its message "%d" cannot be formatted: bad argument #'
    says(text, function() ipc.always(false, "%d") end)
  end)

  it("ends a simulated program as an error does", function()
    local _, err, status = simulate("ipc.always(false, 'no')", 1)
    assert.equal(1, status)
    assert.truthy(err:find(":2: no\nstack traceback:", 1, true), err)
    local out, _, good = simulate("print(pcall(ipc.always, false, 'no'))", 1)
    assert.truthy(out:find "^false\t")
    assert.equal(0, good)
  end)
end)

describe("sometimes", function()
  it("does nothing in an ordinary run", function()
    for _, condition in ipairs{ true, false } do assert.equal(0, select("#", ipc.sometimes(condition, "x"))) end
  end)

  it("needs a label", function()
    says("sometimes: a label is expected, not nil: ipc.sometimes(condition, ", function() ipc.sometimes(true) end)
    says("sometimes: a label is expected, not a number: ", function() ipc.sometimes(true, 3) end)
    says("sometimes: the label must have 1 to 119 bytes, not 120", function() ipc.sometimes(1, ("x"):rep(120)) end)
    says("sometimes: the label must have 1 to 119 bytes, not 0", function() ipc.sometimes(1, "") end)
    ipc.sometimes(true, ("x"):rep(119))
  end)
end)

describe("outcome", function()
  it("does nothing in an ordinary run", function()
    assert.equal(0, select("#", ipc.outcome("sold", 3, nil)))
  end)

  it("needs something", function()
    says("outcome: what came of the run is expected: ", function() ipc.outcome() end)
  end)
end)

describe("choose", function()
  it("comes to each answer in an ordinary run", function()
    local numbers, colours = {}, {}
    for _ = 1, 200 do
      local n = ipc.choose(3)
      assert.equal("integer", math.type(n))
      numbers[n] = true
      colours[ipc.choose{ "red", "blue" }] = true
    end
    assert.same({ true, true, true }, numbers)
    assert.same({ red = true, blue = true }, colours)
    assert.equal(1, ipc.choose(1))
    assert.is_false(ipc.choose{ false })
  end)

  it("draws anew in a child", function()
    local function some()
      local drawn = {}
      for i = 1, 20 do drawn[i] = ipc.choose(1000) end
      return table.concat(drawn, " ")
    end
    local p = ipc.spawn(some)
    assert.not_equal(some(), p:result())
  end)

  it("is by the seed in a simulation", function()
    local code = "local t = {} for i = 1, 20 do t[i] = ipc.choose(9) end print(table.concat(t, ' '))"
    local one, two = simulate(code, 1), simulate(code, 2)
    assert.truthy(one:find "^%d[%d ]+\n$")
    assert.equal(one, (simulate(code, 1)))
    assert.not_equal(one, two)
  end)

  it("needs something to choose from", function()
    says("choose: the number must be an integer from 1 to 1000000000, not 0", function() ipc.choose(0) end)
    says("choose: the number must be an integer from 1 to 1000000000, not 1.5", function() ipc.choose(1.5) end)
    says("choose: the list is empty: give at least one value, at 1", function() ipc.choose{} end)
    says("choose: how many there are, or a list of them, is expected, not nil: ", function() ipc.choose() end)
    says("choose: how many there are, or a list of them, is expected, not a string: ", function() ipc.choose "3" end)
  end)
end)
