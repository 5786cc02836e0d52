-- What exploration says of the scenarios: the faults that they show on request, and that they have no other.
local shell = dofile "spec/support/shell.lua"

local FAILS, PASSES = 1, 0

local function explore(words)
  local out, err, status = shell.run(shell.tidelock .. " explore " .. words, 100)
  assert.equal("", err)
  return out, status
end

local function finds(words, ...)
  local out, status = explore(words)
  assert.equal(FAILS, status, out)
  for _, text in ipairs{ ... } do assert.truthy(out:find(text), out) end
  return out
end

local function exhausts(words)
  local out, status = explore("--all --time 90 " .. words)
  assert.equal(PASSES, status, out)
  assert.matches("^no failing schedule: all [%d,]+ explored", out)
end

describe("of a scenario is found", function()
  it("that tickets are sold twice where nobody locks, with one switch at most", function()
    local out = finds("scripts/tickets.lua 2 1 --no-lock", "2 tickets sold, and there was 1",
      "what helps: hold one lock")
    assert.truthy(out:find "no switch needed" or out:find ": 1 switch", out)
  end)

  it("that philosophers who take the left fork first may starve", function()
    finds("scripts/philosophers.lua naive 3 1", "^lock order: ", "philosopher%-1 has lock \"fork%-1\"",
      "what helps: take these locks in the same order everywhere")
  end)

  it("that one queue for both directions gives a product back", function()
    finds("scripts/queue_ack.lua 1", "the producer has taken back its own product 1")
  end)

  it("what a killed eater loses", function()
    finds("--kills 1 scripts/kitchen.lua", "^lost work from queue \"counter\": 1 kill", "19 of 20 dishes eaten",
      "takes \"[^\"]+\" from queue \"counter\" %(step %d+%) and is killed", "is killed here")
  end)
end)

describe("of a scenario all schedules pass:", function()
  it("tickets with a lock, for 3 buyers", function() exhausts "--no-delays scripts/tickets.lua 3 1" end)

  it("forks taken in one order, for 3 philosophers", function() exhausts "scripts/philosophers.lua ordered 3 1" end)
end)
