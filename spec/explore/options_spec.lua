-- The command lines of explore and replay.
package.path = "bindings/?.lua;" .. package.path
local options = require "explore.options"

local function refused(command, text, ...)
  local found, why = options[command]{ ... }
  assert.equal(nil, found)
  assert.truthy(why:find(text, 1, true), why)
  assert.truthy(why:find "^tidelock: ")
  assert.truthy(why:find("usage: tidelock " .. command, 1, true))
end

describe("explore's options", function()
  it("have defaults", function()
    local found = options.explore{ "a.lua" }
    assert.same({ 10000, 10, 1, 0 }, { found.runs, found.time, found.seed, found.kills })
    assert.same({ "a.lua", {} }, { found.script, found.arguments })
  end)

  it("have values in the same word or the next", function()
    for _, words in ipairs{ { "--runs=5", "--time", "2.5", "a.lua" }, { "--runs", "5", "--time=2.5", "a.lua" } } do
      local found = options.explore(words)
      assert.same({ 5, 2.5, "a.lua" }, { found.runs, found.time, found.script })
    end
  end)

  it("leave what is behind the script to it", function()
    local found = options.explore{ "--all", "a.lua", "--runs", "-x" }
    assert.same({ "--runs", "-x" }, found.arguments)
    assert.equal(nil, found.runs)
    assert.equal("--all", options.explore{ "--", "--all" }.script)
  end)

  it("take a file in both ways", function()
    assert.equal("f", options.explore{ "-o", "f", "a.lua" }.file)
    assert.equal("f", options.explore{ "-of", "a.lua" }.file)
  end)

  it("help", function()
    assert.truthy(options.explore{ "--help" }.help)
    assert.truthy(options.explore{ "-h", "--wrong" }.help)
  end)

  it("are refused with the way out", function()
    refused("explore", "which script?")
    refused("explore", "unknown option '--run'", "--run", "5", "a.lua")
    refused("explore", "'--runs=x': the value is a whole number from 1", "--runs=x", "a.lua")
    refused("explore", "'--runs=0'", "--runs", "0", "a.lua")
    refused("explore", "'--runs=1e3'", "--runs", "1e3", "a.lua")
    refused("explore", "'--time' needs a value", "--time")
    refused("explore", "'--time=0'", "--time=0", "a.lua")
    refused("explore", "'--all' has no value", "--all=3", "a.lua")
    refused("explore", "'--jobs=1000': the value is at most 64", "--jobs=1000", "a.lua")
    refused("explore", "standard input", "-")
    refused("explore", "two reports", "--json", "--mermaid", "a.lua")
    refused("explore", "'--html=-': the value is a file", "--html=-", "a.lua")
    refused("replay", "leave '--html' out", "-i", "--html=page", "f")
  end)
end)

describe("replay's options", function()
  it("name a file, which may be all", function()
    local found = options.replay{ "f" }
    assert.same({ "f", nil }, { found.file, found.script })
    found = options.replay{ "f", "a.lua", "3" }
    assert.same({ "f", "a.lua", { "3" } }, { found.file, found.script, found.arguments })
  end)

  it("or a code and a script", function()
    local found = options.replay{ "--schedule=1:0*3", "-i", "a.lua", "3" }
    assert.same({ "1:0*3", "a.lua", { "3" }, true },
      { found.schedule, found.script, found.arguments, found.interactive })
  end)

  it("are refused with the way out", function()
    refused("replay", "which schedule?")
    refused("replay", "which script?", "--schedule=1:0")
    refused("replay", "unknown option '--runs'", "--runs", "3", "f")
  end)
end)
