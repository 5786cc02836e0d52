-- A schedule that is chosen step by step, and how a break lab is won.
local labs = dofile "spec/support/labs.lua"
local shell = dofile "spec/support/shell.lua"

local WORLD = [[
local till = ipc.value(500, "till")
for n = 1, 2 do lab.task("clerk-" .. n, student.clerk, till) end
lab.after(function()
  lab.goal(till:get() == 600, "100 are lost", "%d is in the till; you need 600", till:get())
end)]]
local CODE = [[
return { clerk = function(till)
  local sum = till:get()
  till:set(sum + 100)
end }]]

local lab

after_each(function()
  if lab then lab:remove() end
  lab = nil
end)

-- What a script with `open` and `verdict` prints.
local function play(world, code, script, fields)
  lab = labs.new(world, 'kind = "break", ' .. (fields or ""))
  lab:file("code.lua", code)
  local path = lab:file("play.lua", ([[
package.preload.tidelock = function() return {} end
local lab = dofile(%q .. "/lab.lua")
lab.directory, lab.name = %q, "lab"
local stepper = require "judge.stepper"
local s = stepper.open(lab)
local function show()
  local parts = {}
  for _, task in ipairs(s:tasks()) do
    parts[#parts + 1] = ("%%s %%s %%s"):format(task.name, task.can and "can" or task.over and "over" or "waits",
      task.text or "-")
  end
  print(table.concat(parts, "; "))
end
%s
s:close()
return 0]]):format(lab.directory, lab.directory, script))
  local out, err = shell.run(("TIDELOCK_EXPLORER=%s %s explore x"):format(path, shell.tidelock), 120)
  assert.are.equal("", err)
  return out
end

describe("a stepper", function()
  it("says who can go on and what comes next, and takes the step of a task", function()
    assert.are.equal([[
clerk-1 can reads till; clerk-2 can reads till
till: 500
clerk-1 can writes till = 600; clerk-2 can reads till
clerk-1 over -; clerk-2 can reads till
till: 600
clerk-1 cannot go on
there is no task 3
]], play(WORLD, CODE, [[
show() print(s:state()[1])
s:step(1) show()
s:step(1) show() print(s:state()[1])
print(select(2, s:step(1)))
print(select(2, s:step(3)))]]))
  end)

  it("says who is inside a stage, and how often a mark was passed", function()
    assert.are.equal([[
hall: nobody; gone: 0
hall: guest-1; gone: 0
hall: guest-1, guest-2; gone: 0
hall: guest-2; gone: 1
]], play([[
local hall, gone = lab.stage "hall", lab.mark "gone"
for n = 1, 2 do lab.task("guest-" .. n, student.guest, hall, gone) end
lab.after(function() end)]], [[
return { guest = function(hall, gone)
  hall:enter()
  hall:leave()
  gone:pass()
end }]], [[
local function state() print(table.concat(s:state(), "; ")) end
state()
s:step(1) state()
s:step(2) state()
s:step(1) s:step(1) state()]]))
  end)

  it("takes steps back, to the first", function()
    assert.are.equal([[
true	true	false
clerk-1 can reads till; clerk-2 can reads till
]], play(WORLD, CODE, "s:step(1) s:step(2) print(s:undo(), s:undo(), s:undo()) show()"))
  end)

  it("says whether the schedule has ended as the lab wants", function()
    assert.are.equal([[
false	700 is in the till; you need 600
true	100 are lost
nil
]], play(WORLD, CODE, [[
for _, n in ipairs{ 1, 1, 2, 2 } do s:step(n) end
print(s:ended().won, s:ended().sentence)
for _ = 1, 4 do s:undo() end
for _, n in ipairs{ 1, 2, 1, 2 } do s:step(n) end
print(s:ended().won, s:ended().sentence)
s:undo()
print(s:ended())]]))
  end)

  it("plays the schedule that its moves tell, and judges it", function()
    assert.are.equal([[
true	100 are lost
true
7 clerk-1 2 reads till: 500
]], play(WORLD, CODE, [[
for _, n in ipairs{ 2, 1, 1, 2 } do s:step(n) end
local ended = stepper.verdict(lab, nil, s:moves())
print(ended.won, ended.sentence)
s:undo() s:undo() s:undo() s:undo()
s:step(1)
local moves = s:moves()
print(s:play(moves, 1))
for _, row in ipairs(s:steps()) do print(("%d %s %d %s"):format(row.step, row.task, row.line, row.text)) end]]))
  end)

  it("knows a deadlock as the goal, and one who waits", function()
    assert.are.equal([[
ann waits takes b; bob can takes a
true	ann and bob wait for ever
]], play([[
local a, b = ipc.lock "a", ipc.lock "b"
lab.task("ann", student, a, b)
lab.task("bob", student, b, a)]], "return function(x, y) x:acquire() y:acquire() y:release() x:release() end", [[
s:step(1) s:step(2) s:step(1)
show()
s:step(2)
print(s:ended().won, s:ended().sentence)]], 'goal = "deadlock",'))
  end)
end)
