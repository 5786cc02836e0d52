-- The table of a schedule that failed: columns, folds, lines.
package.path = "bindings/?.lua;" .. package.path
local schedule = dofile "spec/support/explore/schedule.lua"
local draw = require "explore.explain.table"
local fold = require "explore.explain.fold"
local paint = require "terminal.paint"
local story = require "explore.story.story"
local words = require "explore.explain.words"

local ERROR = { ending = "error", ender = "0", message = "script.lua:1: wrong" }

local function lines_of(events, width, run)
  local told = story.of(schedule.of(events, run or ERROR))
  return draw.lines(told, paint.new(false), width or 100), told
end

local function text_of(...) return table.concat(lines_of(...), "\n") end

-- The words of the last step of the events.
local function last_words(events, run)
  local told = story.of(schedule.of("task 1 ann\ntask 2 bob\n" .. events, run or { ending = "passed" }))
  return words.of(told.steps[#told.steps], told.names)
end

-- Many tasks that each add to a value.
local function crowd(count)
  local parts = { "value till" }
  for n = 1, count do parts[#parts + 1] = ("task %d buyer-%d"):format(n, n) end
  for n = 1, count do
    parts[#parts + 1] = ("%d 4 get till -> %d"):format(n, n)
    parts[#parts + 1] = ("%d 5 set till : set %d -> true"):format(n, n + 1)
  end
  return table.concat(parts, "\n")
end

describe("a step says", function()
  it("what goes into an object, and how full it is then", function()
    assert.equal('put 3 -> queue "orders" (2/10)',
      last_words "queue orders\n1 4 put orders : put 3 -> true (2 of 10 messages, 0 getting)")
  end)

  it("what comes out of it", function()
    assert.equal('get queue "orders" -> 3', last_words "queue orders\n1 4 get orders -> 3")
  end)

  it("who has the lock that it waits for", function()
    assert.equal('waits for lock "till" (bob has it)',
      last_words("lock till\n2 4 acquire till -> true\n1 4 acquire till", { ending = "deadlock" }))
  end)

  it("that a waiter has the lock now", function()
    assert.equal('now has lock "till"', last_words([[
      lock till
      2 4 acquire till -> true
      1 4 acquire till
      2 4 release till -> true
      1 4 acquire till -> true / goes on
    ]]))
  end)

  it("whether anybody hears a notify", function()
    assert.equal('notify condition "bell" (nobody waits)', last_words "condition bell\n1 4 notify bell -> true")
    assert.equal('notify condition "bell" (wakes bob)',
      last_words("condition bell\n2 4 wait bell\n1 4 notify bell -> true", { ending = "deadlock" }))
  end)

  it("which part of a table or an array it is about", function()
    assert.equal('set table "menu".soup = 2', last_words "table menu\n1 4 set menu#7 : set .soup = 2")
    assert.equal('get array "seats"[3] -> 0', last_words "array seats\n1 4 get seats#3 : get [3] -> 0")
    assert.equal('add -1 to table "menu".soup -> 1', last_words 'table menu\n1 4 add menu : add "soup", -1 -> 1')
  end)

  it("that its time was over", function()
    assert.equal('time is over: get 0.5 queue "jobs" -> nil, "empty"', (last_words([[
      queue jobs
      1 4 get jobs : get 0.5
      1 4 get jobs -> nil, "empty" / late
    ]]):gsub('get queue "jobs", 0.5', 'get 0.5 queue "jobs"')))
  end)
end)

describe("the table", function()
  it("has a column for each task, in the order in which they were made", function()
    assert.truthy(text_of(crowd(3)):find "^ +step  line  buyer%-1 +buyer%-2 +buyer%-3 *\n")
  end)

  it("leaves the object out where it is one alone", function()
    local text = text_of(crowd(2))
    assert.truthy(text:find("get -> 1", 1, true), text)
    assert.falsy(text:find("till", 1, true), text)
    local both = text_of(crowd(2) .. "\nvalue sum\n1 6 get sum -> 1\n2 6 get sum -> 1")
    assert.truthy(both:find('get value "till" -> 1', 1, true), both)
  end)

  it("is never wider than it may be, whatever the number of tasks", function()
    for _, count in ipairs{ 2, 3, 5, 8, 12 } do
      for _, width in ipairs{ 60, 80, 100 } do
        for _, line in ipairs(lines_of(crowd(count), width)) do assert.truthy(#line <= width, line) end
      end
    end
  end)

  it("names the task in each line where there are too many for columns", function()
    local text = text_of(crowd(8) .. "\nvalue sum\n1 6 get sum -> 1\n2 6 get sum -> 1", 80)
    assert.truthy(text:find "^ +step  line  task\n", text)
    assert.truthy(text:find('\n +13     4  buyer%-7  get value "till" %-> 7\n'), text)
  end)

  it("names the task in each line where that is shorter, and columns have more lines than are wanted", function()
    local events = crowd(4) .. "\nvalue a-long-name-of-a-sum"
    for n = 1, 4 do events = events .. ("\n%d 6 get a-long-name-of-a-sum -> 1"):format(n) end
    local told = story.of(schedule.of(events, ERROR))
    local function lines(most) return (draw.lines(told, paint.new(false), 80, nil, nil, most)) end
    local in_columns = #lines(nil)
    assert.same(lines(nil), lines(in_columns))
    assert.truthy(#lines(in_columns - 1) < in_columns)
    assert.truthy(lines(in_columns - 1)[1]:find "^ +step  line  task")
  end)

  it("cuts no colour where a task of many is stopped", function()
    local events = "value till\n"
    for n = 1, 6 do events = ("task %d a-worker-of-the-pool-%d\n"):format(n, n) .. events end
    for n = 1, 6 do events = events .. ("%d 4 get till -> 1 ! could 1,2,3,4,5,6\n"):format(n) end
    local told = story.of(schedule.of(events .. "1 5 set till : set 2\n", ERROR))
    local painted = table.concat(draw.lines(told, paint.new(true), 60), "\n")
    assert.truthy(painted:find("is stopped", 1, true), painted)
    local plain = painted:gsub("\27%[[%d;]*m", "")
    assert.falsy(plain:find("%dm<", 1), plain)
    assert.equal(table.concat(draw.lines(told, paint.new(false), 60), "\n"), plain)
  end)

  it("shows what was done to what a task waits for without end, though nobody else has used it", function()
    local text = text_of(crowd(9) .. [[

      semaphore room
      1 7 acquire room
      1 7 acquire room
    ]], 100, { ending = "deadlock", message = "deadlock" })
    assert.equal(2, select(2, text:gsub(" acquire", "")), text)
  end)

  it("takes one whose sleep is over for one that could have gone on", function()
    local text = text_of([[
      task 1 ann
      queue orders
      0 9 sleep : sleep 0.1
      1 4 get orders : get 1
      at 1
      0 0 clock
      1 4 get orders : get 1 -> nil, "empty" / late
    ]])
    assert.truthy(text:find("though main could have gone on before", 1, true), text)
  end)

  it("says who could have gone on where time passes, though that one never did", function()
    local text = text_of([[
      task 1 ann
      event done
      0 4 wait done : wait 1
      0 0 clock
      0 4 wait done : wait 1 -> nil, "timeout" / late
      0 5 sleep
    ]])
    assert.truthy(text:find("though ann could have gone on before", 1, true), text)
    assert.falsy(text:find("nobody could", 1, true), text)
  end)

  it("folds what no other task touches", function()
    local own = {}
    for n = 1, 118 do own[n] = ("1 9 set own : set %d -> true"):format(n) end
    local text = text_of(crowd(2) .. "\nvalue own\n" .. table.concat(own, "\n"))
    assert.truthy(text:find("... 118 steps that nobody else sees", 1, true), text)
    assert.falsy(text:find("set 117", 1, true))
  end)

  it("does not fold a wait without end, nor a notify that nobody hears", function()
    local text = text_of(crowd(9) .. [[

      condition full
      event bell
      1 7 notify full
      2 8 wait bell
    ]], 100, { ending = "deadlock", message = "deadlock" })
    assert.truthy(text:find 'notify [^\n]*"full"', text)
    assert.truthy(text:find('waits, event "bell" is not set', 1, true), text)
  end)

  it("tells of a step though what it was called with is not known", function()
    assert.truthy(last_words 'array done\n1 4 add done#1':find "add")
  end)

  it("folds nothing where there is little", function()
    local text = text_of("task 1 ann\nvalue own\nvalue till\n1 4 set own : set 1\n1 5 get till -> 1\n0 5 get till -> 1")
    assert.truthy(text:find('set 1 -> value "own"', 1, true), text)
  end)

  it("has no more lines than a page where a schedule is long", function()
    local long = { crowd(2) }
    for n = 1, 300 do long[#long + 1] = ("%d 4 get till -> %d"):format(n % 2 + 1, n) end
    long[#long + 1] = "0 8 get till -> 1"
    local lines = lines_of(table.concat(long, "\n"))
    assert.truthy(#lines < 60, #lines)
  end)

  it("says that a step is done again and again in one line", function()
    local text = text_of(crowd(2) .. ("\n2 7 get till -> 3"):rep(9))
    assert.truthy(text:find("get -> 3 (9 times)", 1, true), text)
  end)

  it("shows where the clock goes on though a task could run", function()
    local text = text_of(crowd(2) .. "\n0 0 clock ! could 1,2\n1 9 get till -> 1")
    assert.truthy(text:find("-- it is 0 s, though buyer-2 could have gone on before --", 1, true), text)
  end)

  it("says who is started in one line", function()
    local text = text_of("process p\n0 20 start p\n0 20 start p\n" .. crowd(2))
    assert.truthy(text:find("\n     1    20  main starts buyer-1 and buyer-2\n", 1, true), text)
  end)
end)

describe("what is shown", function()
  it("is all where there is little", function()
    local _, told = lines_of(crowd(2))
    local rows, tasks = fold.of(told)
    assert.equal(4, #rows)
    assert.same({ ["1"] = true, ["2"] = true }, tasks)
  end)
end)
