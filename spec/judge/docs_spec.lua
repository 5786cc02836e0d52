-- The worked example of docs/labs.md: its lab, its solution, and its starter.
local files = dofile "spec/support/files.lua"
local labs = dofile "spec/support/labs.lua"

local text = files.read "bindings/docs/labs.md"

-- The block that begins with this comment.
local function block(name)
  return assert(text:match("```lua\n(%-%- " .. name:gsub("%p", "%%%0") .. "\n.-)```"), name)
end

local function starter(solution)
  local hole = solution:match "%-%-%[%[ hole: (.-) %]%]"
  local code = ("-- %s\n  %s"):format(hole, (solution:match "%-%-%[%[ start: (.-) %]%]"))
  return (solution:gsub("%-%-%[%[ hole.-%-%-%[%[ end %]%]", function() return code end))
end

describe("the example of docs/labs.md", function()
  local lab, solution = labs.new "", block "Two buyers want the last ticket: who takes it?"
  lab:file("lab.lua", block "tickets/lab.lua")

  teardown(function() lab:remove() end)

  it("passes with its solution", function()
    local verdict = lab:check(solution)
    assert.are.equal("passed", verdict.state, verdict.text)
  end)

  it("rejects its starter by what is shown there", function()
    local verdict = lab:check(starter(solution))
    assert.are.equal("rejected", verdict.state, verdict.text)
    local shown = text:match "\n(tickets: rejected.-)```":gsub("^tickets", "lab")
    assert.are.equal(shown, verdict.text)
  end)

  it("rejects a lock around the hall", function()
    local verdict = lab:check((solution:gsub("  hall:enter%(%)\n  hall:leave%(%)\n", ""):gsub("counter:acquire%(%)",
      "%0 hall:enter() hall:leave()")))
    assert.are.equal("rejected", verdict.state)
    local told = "no two buyers are ever in the hall, in all 108 schedules"
    assert.is_truthy(verdict.text:find(told, 1, true), verdict.text)
  end)
end)
