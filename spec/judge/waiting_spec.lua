-- lab.others_wait: none but the caller could go on; and who calls often does not poll.
local labs = dofile "spec/support/labs.lua"

local IPC = 'local ipc = require "tidelock"\n'

describe("lab.others_wait", function()
  local WORLD = [[
local bar, bell = lab.stage "bar", ipc.event{ name = "bell" }
lab.task("guest", function() student(bell) end)
lab.task("cook", function()
  bar:enter()
  bar:leave()
  lab.always("safe", not lab.others_wait(), "the guest waits, and the cook sleeps")
  bell:set()
end)]]
  local lab = labs.new(WORLD)
  teardown(function() lab:remove() end)

  it("is true where all others wait", function()
    local verdict = lab:check(IPC .. "return function(bell) bell:wait() end")
    assert.are.equal("rejected", verdict.state, verdict.text)
    assert.is_truthy(verdict.text:find("the guest waits, and the cook sleeps", 1, true), verdict.text)
  end)

  it("is false where one looks again and again", function()
    local verdict = lab:check(IPC .. "return function(bell) while not bell:is_set() do end end")
    assert.are.equal("passed", verdict.state, verdict.text)
  end)
end)

describe("lab.polls", function()
  local WORLD = [[
local sum = lab.value(0, "sum")
lab.task("clerk", function() for _ = 1, 6 do student(sum) end end)
lab.task("other", function() sum:add(1) end)
lab.after(function() lab.always("safe", not lab.polls(), "%s polls", lab.polls()) end)]]
  local lab = labs.new(WORLD)
  teardown(function() lab:remove() end)

  it("is nobody who looks once in each of several calls", function()
    local verdict = lab:check(IPC .. "return function(sum) return sum:get() end")
    assert.are.equal("passed", verdict.state, verdict.text)
  end)

  it("is who looks until it has changed", function()
    local verdict = lab:check(IPC .. "return function(sum) while sum:get() == 0 do end end")
    assert.are.equal("rejected", verdict.state, verdict.text)
    assert.is_truthy(verdict.text:find("clerk polls", 1, true), verdict.text)
  end)
end)
