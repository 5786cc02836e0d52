-- What a verdict says: its shape, its reasons, and that it is the same each time.
local labs = dofile "spec/support/labs.lua"

local lab

after_each(function()
  if lab then lab:remove() end
  lab = nil
end)

local TILL = [[
local till = ipc.value(0, "till")
for n = 1, 2 do lab.task("clerk-" .. n, student, till) end
lab.after(function() lab.always("safe", till:get() == 4, "%d in the till, and 4 were paid", till:get()) end)]]

local IPC = 'local ipc = require "tidelock"\nlocal key = ipc.lock "key"\n'

local function clerk(code)
  return ("%sreturn function(till)\n  for _ = 1, 2 do\n%s\n  end\nend\n"):format(IPC, code)
end

local function width_of(text)
  local widest = 0
  for line in text:gmatch "[^\n]+" do widest = math.max(widest, utf8.len(line)) end
  return widest
end

local function joined(text)
  return (text:gsub("%s+", " "))
end

local function says(student, text, world, fields)
  lab = labs.new(world or TILL, fields)
  local verdict = lab:check(student)
  assert.are.equal("rejected", verdict.state, verdict.text)
  assert.is_truthy(joined(verdict.text):find(text, 1, true), verdict.text)
  assert.is_true(width_of(verdict.text) <= 80, verdict.text)
  return verdict
end

local OUTSIDE = [[
local till, outside = ipc.value(0, "till"), ipc.barrier{ parties = 2, name = "outside" }
local coins = ipc.queue{ name = "coins" }
for n = 1, 2 do lab.task("clerk-" .. n, function() student(till, coins) outside:wait() end) end
lab.after(function() lab.always("safe", till:get() == 2, "%d in the till", till:get()) end)]]

describe("a verdict", function()
  it("shows what the file printed in the schedule that failed", function()
    local verdict = says(IPC .. "return function(till) print('at the till\\27', till:get()) end", "0 in the till", TILL)
    assert.truthy(verdict.text:find("\nprinted:\n  | at the till? 0\n  | at the till? 0\n", 1, true), verdict.text)
    lab:remove()
    verdict = says(IPC .. "return function(till) for n = 1, 9 do print(n) end till:add(1) end", "2 in the till", TILL)
    assert.truthy(verdict.text:find("  | 6\n  ... 12 lines more\n", 1, true), verdict.text)
  end)

  it("leaves out where the world keeps tasks back, unless that is why", function()
    local first = says(IPC .. "return function(till, coins) coins:put('a, 2', 1) till:set(1) end", "1 in the till",
      OUTSIDE)
    assert.falsy(first.text:find("outside", 1, true), first.text)
    assert.truthy(first.text:find('puts "a, 2" into coins', 1, true), first.text)
    lab:remove()
    says(IPC .. "return function(till) key:acquire() till:add(1) end", "waits at outside for the others", OUTSIDE)
  end)

  it("says what happened, shows the steps by the student's lines, and why", function()
    lab = labs.new(TILL)
    local verdict = lab:check(clerk "    till:set(till:get() + 1)")
    assert.are.equal([[
lab: rejected. 2 in the till, and 4 were paid.
                                        schedule 3, shrunk to 1 switch, N steps
  step  line  clerk-1             clerk-2           script
     S     5  reads till: 0                         till:set(till:get() + 1)
     S     5  writes till = 1                       till:set(till:get() + 1)
 *   S     5  reads till: 1                         till:set(till:get() + 1)
              <- here clerk-1 is stopped
 *   S     5                      reads till: 1     till:set(till:get() + 1)
                                  <- sees the same
 *   S     5                      writes till = 2   till:set(till:get() + 1)
     S     5                      reads till: 2     till:set(till:get() + 1)
     S     5                      writes till = 3   till:set(till:get() + 1)
 *   S     5  writes till = 2                       till:set(till:get() + 1)
              <- overwrites that
why: line 5 reads and then writes, in two steps, and nothing keeps clerk-2 out
  between them: read and write in one step, or hold one lock around both.
]], (verdict.text:gsub("%d+ steps", "N steps"):gsub("\n( .) +%d+ ", "\n%1   S ")))
  end)

  it("tells a lock of one's own", function()
    says(clerk "    local own = ipc.lock()\n    own:with(function() till:set(till:get() + 1) end)",
      "has a lock of its own, and so has clerk-")
  end)

  it("tells two locks that keep nobody out", function()
    says([[
local ipc = require "tidelock"
local keys, n = { ipc.lock "red", ipc.lock "blue" }, ipc.value(0)
return function(till)
  local key = keys[n:add(1)]
  for _ = 1, 2 do key:with(function() till:set(till:get() + 1) end) end
end]], "two locks keep nobody out")
  end)

  it("tells a lock that comes too late, is given back too early, or in between", function()
    says(clerk "    local sum = till:get()\n    key:with(function() till:set(sum + 1) end)",
      "in line 5 before it held the lock key (line 6)")
    lab:remove()
    says(clerk "    key:acquire()\n    local sum = till:get()\n    key:release()\n    till:set(sum + 1)",
      "acts in line 8 after it gave the lock back (line 7)")
    lab:remove()
    says(clerk [[    key:acquire()
    local sum = till:get()
    key:release()
    key:acquire()
    till:set(sum + 1)
    key:release()]], "gave the lock back between line 6 and line 9 (line 7)")
  end)

  it("tells a signal that nobody heard, and a circle", function()
    says('return { ann = function(bell) bell:with(function() bell:wait() end) end, '
      .. 'bob = function(bell) bell:with(function() bell:notify() end) end }', "notifies while nobody waits", [[
local bell = ipc.condition{ name = "bell" }
lab.task("ann", student.ann, bell)
lab.task("bob", student.bob, bell)]])
    lab:remove()
    says("return function(a, b) a:acquire() b:acquire() b:release() a:release() end", "a circle, so none can go on", [[
local a, b = ipc.lock "a", ipc.lock "b"
lab.task("ann", student, a, b)
lab.task("bob", student, b, a)]])
  end)

  it("counts the nils that eaters wait for", function()
    says('return function(q) repeat until q:get() == nil end', "1 nil was put into dishes, and 2 tasks take from it", [[
local q = ipc.queue{ name = "dishes" }
for n = 1, 2 do lab.task("eater-" .. n, student, q) end
q:put(nil)]])
  end)

  it("tells of a timeout that it is no answer", function()
    says("return function(q) local v = q:get(1) lab_value = v return v + 1 end", "a timeout means \"not yet\"", [[
local q = ipc.queue{ name = "q" }
lab.task("ann", student, q)
lab.task("bob", function() q:put(1) end)]])
  end)

  it("says how many schedules there were, and whether all", function()
    lab = labs.new(TILL)
    local all = lab:check(clerk "    till:add(1)")
    assert.is_truthy(all.text:find "^lab: passed%. all %d+ schedules%.\n$", all.text)
    lab:remove()
    lab = labs.new(TILL, "runs = 30,")
    local some = lab:check(clerk "    key:with(function() till:set(till:get() + 1) end)")
    assert.are.equal("passed\tfalse\t30", ("%s\t%s\t%s"):format(some.state, some.exhausted, some.schedules), some.text)
    assert.is_truthy(some.text:gsub("%s+", " "):find("30 schedules, not all that there are: lab check --deep tries the "
      .. "rest", 1, true), some.text)
  end)

  it("is the same in each run, with several jobs, and on a busy machine", function()
    lab = labs.new(TILL)
    local wrong = clerk "    local sum = till:get()\n    key:with(function() till:set(sum + 1) end)"
    local first = lab:check(wrong)
    local busy = "for i in 1 2 3; do (timeout 20 sh -c 'while :; do :; done' &) ; done; "
    local function same(options)
      local verdict = lab:check(wrong, options)
      assert.are.equal(first.text, verdict.text)
      assert.are.equal(first.moves, verdict.moves)
    end
    same()
    same{ jobs = 2 }
    same{ jobs = 4 }
    same{ jobs = 2, load = busy }
    same{ jobs = 1, load = busy }
  end)
end)
