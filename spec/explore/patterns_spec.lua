-- Which mistake a schedule is said to show: only what its steps prove.
package.path = "bindings/?.lua;" .. package.path
local schedule = dofile "spec/support/explore/schedule.lua"
local patterns = require "explore.patterns.patterns"
local story = require "explore.story.story"

local ERROR = { ending = "error", ender = "0", message = "script.lua:1: wrong" }
local DEADLOCK = { ending = "deadlock", ender = "0", message = "deadlock" }
local TASKS = [[
  task 1 ann
  task 2 bob
  task 3 cleo
]]

-- The first pattern of the events, and all of them.
local function found(events, run, source)
  local script = source and { line = function(_, _, number) return source[number] end }
  local list = patterns.of(story.of(schedule.of(TASKS .. events, run), script))
  return list[1] and list[1].title, list
end

local function names_of(list)
  local names = {}
  for i, each in ipairs(list) do names[i] = each.name end
  return table.concat(names, ", ")
end

describe("a lost update", function()
  local EVENTS = [[
    value till
    1 4 get till -> 3
    2 4 get till -> 3 ! could 1,2
    2 5 set till : set 2 -> true
    2 6 end
    1 5 set till : set 2 -> true
    1 6 end
  ]]

  it("is two reads and then two writes", function()
    local title, list = found(EVENTS, ERROR)
    assert.equal('lost update of value "till"', title)
    assert.equal("ann reads 3 (step 1), and bob too (step 2); bob writes 2 (step 3); ann still goes by what it has "
      .. "read and writes 2 over it (step 5): what bob has written is lost.", list[1].text)
  end)

  it("is none where the writer has read again", function()
    local title = found((EVENTS:gsub("1 5 set", "1 5 get till -> 2\n    1 5 set")), ERROR)
    assert.not_equal('lost update of value "till"', title)
  end)

  it("is none where the other has only read", function()
    assert.equal(nil, found((EVENTS:gsub("2 5 set[^\n]*\n", "")), ERROR))
  end)

  it("is none of another element of an array", function()
    local other = EVENTS:gsub("value till", "array seats"):gsub("till", "seats#%%d")
    local n = 0
    other = other:gsub("%%d", function() n = n + 1 return (n == 1 or n == 4) and "1" or "2" end)
    assert.equal(nil, found(other, ERROR))
  end)

  it("says nothing of why tasks wait for ever", function()
    local title = found((EVENTS:gsub(" ! could 1,2", " ! could 2,3")) .. "queue jobs\n    3 9 get jobs\n", DEADLOCK)
    assert.not_equal('lost update of value "till"', title)
  end)
end)

describe("a check and then an act", function()
  local SOURCE = { [4] = "if seats:get() > 0 then", [5] = "seats:set(seats:get() - 1)" }
  local EVENTS = [[
    value seats
    1 4 get seats -> 1
    2 4 get seats -> 1 ! could 1,2
    2 5 get seats -> 1
    2 5 set seats : set 0 -> true
    1 5 get seats -> 0
    1 5 set seats : set -1 -> true
  ]]

  it("is a test, another's write, and the act", function()
    assert.equal('check-then-act on value "seats"', (found(EVENTS, ERROR, SOURCE)))
  end)

  it("is none where the line is no test", function()
    assert.equal(nil, (found(EVENTS, ERROR, { [4] = "print(seats:get())", [5] = SOURCE[5] })))
  end)

  it("is none where the test came after the other's write", function()
    local title = found([[
      value seats
      2 5 get seats -> 1
      2 5 set seats : set 0 -> true
      1 4 get seats -> 0 ! could 1,2
      1 5 set seats : set -1 -> true
    ]], ERROR, SOURCE)
    assert.equal(nil, title)
  end)
end)

describe("a lost signal", function()
  local EVENTS = [[
    condition bell
    2 9 acquire bell -> true
    2 9 notify bell -> true
    2 9 release bell -> true
    1 4 acquire bell -> true
    1 5 wait bell
  ]]

  it("is a notify that nobody waits for, before the wait", function()
    local title, list = found(EVENTS, DEADLOCK)
    assert.equal('lost signal of condition "bell"', title)
    assert.truthy(list[1].text:find("bob notifies while nobody waits (step 2)", 1, true), list[1].text)
  end)

  it("is none where somebody waited", function()
    local title = found([[
      condition bell
      3 4 acquire bell -> true
      3 4 wait bell
    ]] .. EVENTS:gsub("condition bell", "") .. "3 4 wait bell -> true / goes on\n", DEADLOCK)
    assert.equal(nil, title)
  end)

  it("is none where the wait comes to an end", function()
    assert.equal(nil, (found(EVENTS .. "2 9 notify bell\n1 5 wait bell -> true / goes on\n", ERROR)))
  end)
end)

describe("locks", function()
  local CIRCLE = [[
    lock salt
    lock pan
    1 4 acquire salt -> true
    2 8 acquire pan -> true ! could 1,2
    2 9 acquire salt
    1 5 acquire pan
  ]]

  it("wait for each other in a circle", function()
    local title, list = found(CIRCLE, DEADLOCK)
    assert.truthy(title:find("lock order: lock .* in a circle$"), title)
    local text = list[1].text
    assert.truthy(text:find('bob has lock "pan" (step 2) and wants lock "salt" (step 3)', 1, true), text)
  end)

  it("wait in a circle though the last one is told so by an error", function()
    local title = found(CIRCLE, { ending = "error", ender = "1", message = "script.lua:5: deadlock: ..." })
    assert.truthy(title:find "^lock order", title)
  end)

  it("are in no circle where one was released", function()
    local released = CIRCLE:gsub("2 9", "1 4 release salt\n    2 9"):gsub("1 5 acquire pan", "3 5 acquire pan")
    local title = found(released, DEADLOCK)
    assert.falsy((title or ""):find "lock order")
  end)

  it("are in the hands of one that waits for a condition", function()
    local title = found([[
      lock shop
      condition shelf
      1 4 acquire shop -> true
      1 5 acquire shelf -> true
      1 6 wait shelf
      2 9 acquire shop
    ]], DEADLOCK)
    assert.equal('nested monitor: wait of condition "shelf" with lock "shop" held', title)
  end)

  it("are left behind by a task that is killed", function()
    local title = found([[
      lock till
      1 4 acquire till -> true
      1 4 killed
      2 4 acquire till -> true, "abandoned"
    ]], ERROR)
    assert.equal('abandoned lock "till"', title)
  end)
end)

describe("waiters", function()
  it("are woken too few", function()
    local title = found([[
      condition hatch
      1 4 acquire hatch -> true
      1 4 wait hatch
      2 4 acquire hatch -> true
      2 4 wait hatch
      3 9 acquire hatch -> true
      3 9 notify hatch -> true
      3 9 release hatch -> true
      3 9 end
      1 4 wait hatch -> true / goes on
      1 5 end
    ]], DEADLOCK)
    assert.equal('too few woken: 1 of 2 that wait for condition "hatch"', title)
  end)

  local WOKEN = [[
    condition oven
    value loaves
    1 4 acquire oven -> true
    1 5 wait oven
    2 9 acquire oven -> true
    2 9 add loaves : add 1 -> 1
    2 9 notify oven -> true
    2 9 release oven -> true
    3 5 acquire oven -> true
    3 6 add loaves : add -1 -> 0
    3 7 release oven -> true
    1 5 wait oven -> true / goes on
    1 6 add loaves : add -1 -> -1
  ]]

  it("do not look again", function()
    assert.equal('woken by condition "oven" and not looked again (if for while)', (found(WOKEN, ERROR)))
  end)

  it("look again where they go back to the test", function()
    assert.equal(nil, (found((WOKEN:gsub("1 6 add", "1 4 get loaves -> 0\n    1 6 add")), ERROR)))
  end)

  it("are late for an event that was cleared", function()
    local title = found([[
      event start
      2 9 set start
      2 9 clear start
      1 4 wait start
    ]], DEADLOCK)
    assert.equal('event "start" cleared too early', title)
  end)

  it("stay where nobody is left to give them something", function()
    local title = found([[
      queue jobs
      2 9 put jobs : put "stop" -> true
      2 9 end
      3 4 get jobs -> "stop"
      3 4 end
      1 4 get jobs
    ]], DEADLOCK)
    assert.equal('ann waits for queue "jobs" and nobody is left', title)
  end)

  it("are not left alone while another one waits elsewhere", function()
    local title = found([[
      queue jobs
      queue answers
      1 4 put jobs : put 1 -> true
      2 9 put answers : put 1
      1 4 put jobs : put 2
    ]], DEADLOCK)
    assert.falsy(title and title:find "nobody is left", title)
  end)

  it("put more than is taken: that is no matter of sentinels", function()
    local title, list = found([[
      queue answers
      1 4 get answers -> 1
      1 4 end
      2 9 put answers : put 2
    ]], DEADLOCK)
    assert.equal('bob waits for queue "answers" and nobody is left', title)
    assert.equal("take all that is put, or let the queue hold more", list[1].remedy)
  end)

  it("clear an event themselves, and too late", function()
    local title, list = found([[
      event bell
      2 9 set bell
      1 5 clear bell
      1 4 wait bell
    ]], DEADLOCK)
    assert.equal('event "bell" cleared too early', title)
    assert.equal("clear it before looking at what it tells of, not after", list[1].remedy)
  end)

  it("give up though the others are only delayed", function()
    local title, list = found([[
      queue answers
      1 4 get answers : get 0.5
      2 9 put answers : put 1 -> true
      0 0 clock ! could 2
      1 4 get answers : get 0.5 -> nil, "empty" / late
    ]], ERROR)
    assert.equal('timeout of queue "answers"', title)
    assert.truthy(list[1].text:find("though bob is only delayed", 1, true), list[1].text)
  end)
end)

describe("other mistakes", function()
  it("are a value that is what it was, and has been another", function()
    local title = found([[
      value top
      1 4 get top -> 1
      2 8 set top : set 2 -> true ! could 1,2
      2 8 set top : set 1 -> true
      1 5 compare_set top : compare_set 1, 3 -> true
    ]], ERROR)
    assert.equal('ABA of value "top"', title)
  end)

  it("are half a change that is seen", function()
    local title = found([[
      value here
      value there
      1 4 add here : add -5 -> 5
      2 8 get here -> 5 ! could 1,2
      2 8 get there -> 0
      1 5 add there : add 5 -> 5
    ]], ERROR)
    assert.equal('half a change seen in value "here" and value "there"', title)
  end)

  it("are two values that never stood so together", function()
    local title = found([[
      value here
      value there
      2 8 get here -> 10
      1 4 add here : add -5 -> 5 ! could 1,2
      1 5 add there : add 5 -> 5
      2 8 get there -> 5
    ]], ERROR)
    assert.equal('torn read of value "here" and value "there"', title)
  end)

  it("are work that a killed task had", function()
    local title = found([[
      queue jobs
      1 4 get jobs -> 7
      1 4 killed
      2 4 get jobs -> 8
    ]], ERROR)
    assert.equal('lost work from queue "jobs"', title)
  end)

  it("are a death that the others do not get over, where it is nothing else", function()
    local title, list = found([[
      value till
      1 4 get till -> 7
      1 4 killed
      2 4 get till -> 7
    ]], ERROR)
    assert.equal("no answer to the death of ann", title)
    assert.truthy(list[1].text:find("ann is killed (step 2) after line 4 (get, step 1)", 1, true), list[1].text)
  end)

  it("are proven by a swap where another changes what was read", function()
    local it = story.of(schedule.of(TASKS .. [[
      value head
      value tail
      1 4 get tail -> 3
      2 8 add tail : add -1 -> 2 ! could 1,2
      2 8 get head -> 1
      1 5 set head : set 2 -> true
    ]], ERROR), { line = function() return "local n = tail:get()" end })
    local by_swap = require "explore.patterns.data".of_swap
    local found_by = by_swap(it, it.names, { earlier = it.steps[1], later = it.steps[2] })
    assert.equal('stale read of value "tail"', found_by.title)
    assert.equal(nil, by_swap(it, it.names, { earlier = it.steps[2], later = it.steps[3] }))
  end)

  it("are queues in a circle", function()
    local title = found([[
      queue east
      queue west
      1 4 get east -> 1
      2 8 get west -> 1
      1 5 put west : put 1
      2 9 put east : put 1
    ]], DEADLOCK)
    assert.truthy(title:find '^a circle of queue "%w+" and queue "%w+"$', title)
  end)

  it("are none where the steps prove none", function()
    local title, list = found([[
      value till
      1 4 set till : set 1 -> true
      2 4 get till -> 1
    ]], ERROR)
    assert.equal(nil, title, names_of(list))
  end)
end)
