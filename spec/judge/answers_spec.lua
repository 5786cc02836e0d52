-- Answers to labs of the pack that teach no design of their own, but are right, or wrong in a way of their own.
local labs = dofile "spec/support/labs.lua"
local shell = dofile "spec/support/shell.lua"

-- What is told of the answer, in one line.
local function told(lab, text)
  local beside = labs.new "" -- a folder for the file
  local path = beside:file("answer.lua", text)
  local out, err = shell.run(("TIDELOCK_EXPLORER=spec/support/labs/verdicts.lua %s explore scripts/labs/%s 2 - %s")
    :format(shell.tidelock, lab, path), 240)
  beside:remove()
  assert.are.equal("", err)
  return (out:gsub("%s+", " "))
end

describe("an answer", function()
  local TWO_LOCKS = [[
local ipc = require "tidelock"
local left, right = ipc.lock "left", ipc.lock "right"
return { guest = function(dine)
  local seat
  repeat
    seat = left:acquire(0) and left or right:acquire(0) and right
  until seat%s
  local well, why = pcall(dine)
  seat:release()
  if not well then error(why, 0) end
end }]]

  it("passes whose two seats are two locks", function()
    assert.is_truthy(told("guests", TWO_LOCKS:format ""):find(" lab: passed.", 1, true))
  end)

  it("is told that who waits at one of two locks waits beside a free seat", function()
    assert.is_truthy(told("guests", TWO_LOCKS:format " or right:acquire()\n  seat = seat or right"):find(
      "one dined alone while another one waited, and a seat was free", 1, true))
  end)

  it("is told that nobody was at the barber's", function()
    assert.is_truthy(told("barbershop", [[
local ipc = require "tidelock"
return {
  customer = function(shop) shop:go_away() end,
  barber = function() ipc.semaphore(0):acquire() end,
}]]):find("went away though the chair was free", 1, true))
  end)

  it("is told what comes of oxygen that takes no place", function()
    assert.is_truthy(told("water", [[
local ipc = require "tidelock"
local places, three = ipc.semaphore{ value = 2, name = "places" }, ipc.barrier{ parties = 3, name = "three" }
return {
  hydrogen = function(bond) places:acquire() three:wait() bond() places:release() end,
  oxygen = function(bond) three:wait() bond() end,
}]]):find "rejected%. a %l+: %l+%-%d is the %l+ %l+")
  end)

  it("is not told that a compare_set acts on what is old: it has compared", function()
    local text = told("till", [[
local function clerk(till, coin)
  for _ = 1, 2 do
    local sum = till:get()
    if not till:compare_set(sum, sum + coin) then print "no" end
  end
end
return { clerk = clerk }]])
    assert.is_truthy(text:find("rejected. a coin", 1, true), text)
    assert.is_nil(text:find("acts on it", 1, true), text)
    assert.is_nil(text:find("nothing keeps", 1, true), text)
  end)
end)
