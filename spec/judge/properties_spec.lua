-- The properties of labs, each by the smallest world that needs it.
local labs = dofile "spec/support/labs.lua"

local lab

after_each(function()
  if lab then lab:remove() end
  lab = nil
end)

local function rejects(world, student, property, text, fields)
  lab = labs.new(world, fields)
  local verdict = lab:check(student)
  assert.are.equal("rejected", verdict.state, verdict.text)
  assert.are.equal(property, verdict.property)
  assert.is_truthy(verdict.text:gsub("%s+", " "):find(text, 1, true), verdict.text)
  return verdict
end

local function passes(world, student, fields)
  lab = labs.new(world, fields)
  local verdict = lab:check(student)
  assert.are.equal("passed", verdict.state, verdict.text)
  return verdict
end

local INSIDE = [[
local room = lab.stage "room"
%s
for n = 1, 3 do lab.task("guest-" .. n, student.guest, room) end
]]
local IN_AND_OUT = "return { guest = function(room) room:enter() room:leave() end }"
local LOCKED = [[
local lock = require "tidelock".lock "key"
return { guest = function(room) lock:with(function() room:with(function() end) end) end }
]]

describe("a claim", function()
  it("is told with values of other kinds than its text expects", function()
    lab = labs.new [[
local sum = lab.value(0, "sum")
lab.task("ann", student, sum)
lab.after(function() lab.always("safe", sum:get() == 3, "%d is in it, and it should be %d", sum:get(), 3) end)]]
    local verdict = lab:check "return function(sum) sum:set(0 / 0) end"
    assert.is_truthy(verdict.text:find("nan is in it, and it should be 3", 1, true), verdict.text)
  end)
end)

describe("a lab", function()
  it("rejects more in a stage than together allows, by their names", function()
    rejects(INSIDE:format 'lab.together(room, 2, "safe", "%s are in")', IN_AND_OUT, "safe",
      "guest-1, guest-2 and guest-3 are in")
  end)

  it("rejects two in a stage where one is to be alone, and lets a lock pass", function()
    local world = INSIDE:format 'lab.alone(room, "safe", "%s are in")'
    rejects(world, IN_AND_OUT, "safe", "are in")
    lab:remove()
    assert.are.equal("true", passes(world, LOCKED).exhausted)
  end)

  it("rejects what may be late with before", function()
    local world = [[
local first, second = lab.mark "the soup", lab.mark "the cake"
lab.before(first, second, "safe", "%s brings the cake before the soup")
local bell = ipc.semaphore(0)
lab.task("ann", student.ann, first, bell)
lab.task("bob", student.bob, second, bell)]]
    rejects(world, [[return {
      ann = function(first, bell) first:pass() bell:release() end,
      bob = function(second, bell) second:pass() bell:acquire() end }]], "safe", "bob brings the cake before the soup")
    lab:remove()
    passes(world, [[return {
      ann = function(first, bell) first:pass() bell:release() end,
      bob = function(second, bell) bell:acquire() second:pass() end }]])
  end)

  it("rejects a claim that does not hold, with the values in its text", function()
    rejects('local v = ipc.value(0, "v") lab.task("a", student, v) lab.after(function() '
      .. 'lab.always("safe", v:get() == 2, "%d, not 2", v:get()) end)', "return function(v) v:add(1) end", "safe",
      "1, not 2")
  end)

  it("rejects what keeps apart too much with sometimes, and names the lock", function()
    local world = INSIDE:format 'lab.sometimes("free", function() return room.most > 1 end, "no two are ever in")'
    local verdict = rejects(world, LOCKED, "free", "no two are ever in")
    assert.is_truthy(verdict.text:find("key (line 2)", 1, true), verdict.text)
    lab:remove()
    passes(world, IN_AND_OUT)
  end)

  local GATE = [[
local gate, key = lab.stage "gate", ipc.lock "the key"
lab.bypass(gate, 1, "safe", "%%s was passed")
for n = 1, 3 do
  lab.task("guest-" .. n, function()
    for _ = 1, %d do gate:arrive() key:acquire() gate:enter() gate:leave() key:release() end
  end)
end]]

  it("rejects a waiter that was passed too often with bypass, unless waiters are called in order", function()
    rejects(GATE:format(2), "return {}", "safe", "was passed", "switches = 2,")
    lab:remove()
    passes(GATE:format(2), "return {}", "switches = 1, fair = true,")
  end)

  it("rejects what is left in a queue with empty", function()
    rejects('local q = ipc.queue{ name = "q" } lab.empty(q, "ends", "%d left") lab.task("a", student, q)',
      "return function(q) q:put(1) q:put(2) end", "ends", "2 left")
  end)

  it("rejects tasks that wait for ever, by its own words or the lab's", function()
    local never = 'return function() require "tidelock".semaphore(0, nil, "bell"):acquire() end'
    rejects('lab.task("ann", student)', never, "ends", "ann waits for ever for semaphore \"bell\"")
    lab:remove()
    rejects('lab.stuck "%s waits in vain" lab.task("ann", student) lab.task("bob", student)', never, "ends",
      "ann and bob wait in vain")
    lab:remove()
    rejects([[local c = lab.count "c"
      lab.stuck(function(names) return names .. " after " .. c.value end)
      lab.task("ann", function() c:add(2) student() end)]], never, "ends", "ann waits after 2")
  end)

  it("rejects a task that dies by an error, with its line", function()
    rejects('lab.task("ann", student)', "return function()\n  error 'oh'\nend", "ends",
      "ann dies by an error in line 2: oh")
  end)

  it("kills a task at any step where it says so", function()
    local world = [[
local till, drawer = ipc.value(0, "till"), ipc.value(0, "drawer")
for n = 1, 2 do lab.task("clerk-" .. n, student, till, drawer) end
lab.after(function()
  lab.always("safe", till:get() == drawer:get(), "%d clerk killed: the till says %d, the drawer %d", lab.killed(),
    till:get(), drawer:get())
end)]]
    local both = "return function(till, drawer) till:add(1) drawer:add(1) end"
    passes(world, both)
    lab:remove()
    local verdict = rejects(world, both, "safe", "1 clerk killed: the till says 2, the drawer 1", "kills = 1,")
    assert.is_truthy(verdict.text:find("1 kill", 1, true), verdict.text)
  end)

  it("does not count the dead among those inside", function()
    local world = [[
local room = lab.stage "room"
lab.alone(room, "safe", "%s are in")
for n = 1, 2 do lab.task("guest-" .. n, student, room, ipc.semaphore(1)) end]]
    passes(world:gsub("ipc.semaphore%(1%)", "key"):gsub("^", "local key = ipc.lock()\n"),
      "return function(room, key) key:acquire() room:enter() room:leave() key:release() end", "kills = 1,")
  end)

  it("lets a sleep last longer than its time", function()
    rejects([[
local first, second = lab.mark "first", lab.mark "second"
lab.before(first, second, "safe", "%s was too early")
lab.task("ann", function() first:pass() end)
lab.task("bob", function() student() second:pass() end)]], 'return function() require "tidelock".sleep(100) end',
      "safe", "a sleep is a guess, not a wait")
  end)

  it("tries all answers of choose", function()
    rejects('local n = lab.choose(3) lab.task("a", student, n) lab.after(function() lab.always("safe", n < 3, '
      .. '"it was %d", n) end)', "return function() end", "safe", "it was 3")
  end)

  it("shares counts and notes without a step", function()
    local world = [[
local c, l = lab.count "c", lab.notes "l"
for n = 1, 2 do lab.task("t" .. n, function() c:add(n) l:add(lab.me()) student() end) end
lab.after(function()
  local list = l:list()
  table.sort(list)
  lab.always("safe", c.value == 3 and table.concat(list, " ") == "t1 t2", "%d %s", c:get(), table.concat(list, " "))
end)]]
    local verdict = passes(world, "return function() end")
    assert.is_true(tonumber(verdict.schedules) < 250, verdict.schedules)
  end)

  it("refuses a note that is too long", function()
    passes([[
local l = lab.notes "l"
lab.task("t", function()
  local well, why = pcall(l.add, l, ("x"):rep(70000))
  lab.always("safe", not well and tostring(why):find "too long", "it was taken")
  l:add("short")
  student()
end)
lab.after(function() lab.always("safe", l:list()[1] == "short", "another note is read") end)]],
      "return function() end")
  end)

  it("tells what a task says", function()
    local verdict = rejects([[
local v = ipc.value(0, "v")
for n = 1, 2 do lab.task("t" .. n, function() student(v) lab.say("done by %s", lab.me()) end) end
lab.after(function() lab.always("safe", v:get() == 2, "lost") end)]], "return function(v) v:set(v:get() + 1) end",
      "safe", "lost")
    assert.is_truthy(verdict.text:find "done by t[12]", verdict.text)
  end)

  it("passes nothing that does nothing, where it is not empty", function()
    lab = labs.new(INSIDE:format 'lab.sometimes("free", function() return room.most > 1 end, "no two are ever in")')
    assert.are.equal("rejected", lab:check("return {}", { mode = "idle" }).state)
  end)

  it("judges the other properties too, if it is told to", function()
    lab = labs.new([[
local room = lab.stage "room"
lab.together(room, 2, "safe", "%s are in")
lab.sometimes("free", function() return room.most > 1 end, "no two are ever in")
for n = 1, 3 do lab.task("guest-" .. n, student.guest, room) end]])
    assert.are.equal("ends=true,free=true,safe=false", lab:check(IN_AND_OUT, { mode = "judge" }).points)
    assert.are.equal("ends=nil,free=nil,safe=false", lab:check(IN_AND_OUT).points)
  end)
end)
