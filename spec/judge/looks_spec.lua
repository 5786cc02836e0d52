-- Those that look again and again, that nap, that are woken too early; and a lab's things on their way to others.
local labs = dofile "spec/support/labs.lua"

local lab

local function check(world, student, fields)
  lab = labs.new(world, fields)
  return lab:check(student)
end

local function rejects(words, ...)
  local verdict = check(...)
  assert.are.equal("rejected", verdict.state, verdict.text)
  assert.is_truthy(verdict.text:gsub("%s+", " "):find(words, 1, true), verdict.text)
  return verdict
end

local function passes(...)
  local verdict = check(...)
  assert.are.equal("passed", verdict.state, verdict.text)
end

local BELL = [[
local rung = ipc.value(0, "bell")
local before, after = lab.mark "the bell", lab.mark "the answer"
lab.before(before, after, "safe", "the answer came first")
lab.task("ann", function() before:pass() rung:set(1) end)
lab.task("bob", function() student(rung) after:pass() end)]]

describe("a loop that looks", function()
  after_each(function() lab:remove() end)

  it("and gives up at last is outrun by those that are slow", function()
    rejects("the answer came first", BELL, [[return function(rung)
      for _ = 1, 20 do
        if rung:get() == 1 then return end
        require "tidelock".sleep(0.1)
      end
    end]], "runs = 600,")
  end)

  it("and gives up after a hundred naps is outrun, too, and each nap is no line of the table", function()
    local verdict = rejects("the answer came first", BELL, [[return function(rung)
      for _ = 1, 100 do
        if rung:get() == 1 then return end
        require "tidelock".sleep(0.1)
      end
    end]], "runs = 1000,")
    assert.is_truthy(select(2, verdict.text:gsub("\n", "")) < 20, verdict.text)
  end)

  it("passes where it never gives up", function()
    passes(BELL, [[return function(rung)
      while rung:get() == 0 do require "tidelock".sleep(0.1) end
    end]], "runs = 200,")
  end)

  local ASLEEP = BELL .. [[
lab.after(function() lab.always("ends", not lab.polls(), "%s does not sleep", lab.polls()) end)]]

  it("is told by lab.polls, and who waits is not", function()
    rejects("bob does not sleep", ASLEEP, "return function(rung) while rung:get() == 0 do end end", "runs = 200,")
    lab:remove()
    passes([[
local bell = ipc.semaphore{ value = 0, name = "bell" }
lab.task("ann", function() bell:release() end)
lab.task("bob", student, bell)
lab.after(function() lab.always("ends", not lab.polls(), "%s does not sleep", lab.polls()) end)]],
      "return function(bell) bell:acquire() end")
  end)
end)

describe("a remark", function()
  after_each(function() lab:remove() end)

  it("is told of who passes, and looks and looks", function()
    local verdict = check(BELL, "return function(rung)\nwhile rung:get() == 0 do end end", "runs = 200,")
    assert.are.equal("passed", verdict.state, verdict.text)
    assert.is_truthy(verdict.text:gsub("%s+", " "):find("remark: bob asks for bell again and again (line 2), where it "
      .. "could sleep", 1, true), verdict.text)
  end)

  it("is not told where the lab has polls = true, nor of who waits", function()
    local verdict = check(BELL, "return function(rung)\nwhile rung:get() == 0 do end end", "runs = 200, polls = true,")
    assert.is_nil(verdict.text:find("remark", 1, true), verdict.text)
    lab:remove()
    verdict = check("lab.task('bob', student)", "return function() end")
    assert.is_nil(verdict.text:find("remark", 1, true), verdict.text)
  end)
end)

describe("lab.last", function()
  after_each(function() lab:remove() end)

  it("is the kind of what the task has touched last", function()
    local world = [[
local key, sum = ipc.lock "key", ipc.value(0, "sum")
lab.task("ann", function()
  student(key, sum)
  lab.always("safe", lab.last() == "lock", "the last was a %s", lab.last())
end)]]
    passes(world, "return function(key, sum) sum:add(1) key:acquire() end")
    lab:remove()
    rejects("the last was a value", world, "return function(key, sum) key:acquire() sum:add(1) end")
  end)
end)

describe("a fair schedule", function()
  after_each(function() lab:remove() end)

  it("wakes any by a notify, as a condition promises no order", function()
    rejects("for ever", [[
local c, n = ipc.condition{ name = "c" }, ipc.value(0, "n")
local first, second = ipc.event "ann waits", ipc.event "bob waits"
lab.stuck "%s waits for ever"
local function wait(name, wanted, mine, before)
  lab.task(name, function()
    if before then before:wait() end
    c:with(function()
      mine:set()
      while n:get() < wanted do c:wait() end
    end)
  end)
end
wait("ann", 1, first)
wait("bob", 2, second, first)
lab.task("carol", function() second:wait() student(c, n) end)]], [[return function(c, n)
      c:with(function() n:set(1) c:notify() end)
      c:with(function() n:set(2) c:notify() end)
    end]], "fair = true,")
  end)

  it("has nobody passed who has done his part", function()
    passes([[
local gate = lab.stage "gate"
lab.bypass(gate, 1, "safe", "%s was passed")
lab.task("ann", function() gate:arrive() student() end)
for n = 1, 2 do
  lab.task("guest-" .. n, function() for _ = 1, 2 do gate:arrive() gate:enter() gate:leave() end end)
end]], "return function() end", "switches = 1, fair = true,")
  end)
end)

describe("a reason", function()
  after_each(function() lab:remove() end)

  it("is that one who is woken does not look again", function()
    rejects("without looking at n again: who is woken looks again", [[
local c, n, room = ipc.condition{ name = "c" }, ipc.value(0, "n"), lab.stage "room"
lab.task("ann", function() student(c, n, function() lab.always("safe", n:get() == 2, "too early") end) end)
lab.task("bob", function() for _ = 1, 2 do c:with(function() n:add(1) c:notify_all() end) end end)]],
      [[return function(c, n, enter)
  c:with(function()
    if n:get() < 2 then c:wait() end
    enter()
  end)
end]])
  end)

  it("is that one has done his part and keeps a lock", function()
    rejects("took key (line 2) and has done its part without giving it back", [[
local key, all = ipc.lock "key", ipc.barrier{ parties = 2, name = "all" }
for n = 1, 2 do lab.task("ann-" .. n, function() student(key) all:wait() end) end]],
      "return function(key)\n  key:acquire()\nend")
  end)
end)

describe("a lab's things", function()
  after_each(function() lab:remove() end)

  it("go to a pool's workers and through queues", function()
    passes([[
local room, seen, notes = lab.stage "room", { count = lab.count "seen" }, lab.notes "all"
student(function(n)
  room:with(function() seen.count:add(1) end)
  notes:add(n)
  lab.always("safe", lab.me() ~= "main", "main")
end)
lab.after(function()
  lab.always("safe", seen.count:get() == 3 and room.entered == 3 and notes:count() == 3, "%d", seen.count:get())
end)]], [[local ipc = require "tidelock"
return function(enter)
  ipc.pool(2):map(enter, { 1, 2 })
  local q = ipc.queue(0)
  local p = ipc.spawn(function() q:get()(3) end)
  q:put(enter)
  p:join()
end]], "runs = 100,")
  end)

  it("go to a pool that the file makes at its top", function()
    passes([[
local room, notes = lab.stage "room", lab.notes "notes"
lab.together(room, 1, "safe", "%s")
student(function(n) room:enter() notes:add(n) room:leave() end)
lab.after(function() lab.always("safe", room.entered == 2 and notes:count() == 2, "%d", room.entered) end)]],
      [[local ipc = require "tidelock"
local pool = ipc.pool(1)
return function(enter) pool:map(enter, { 1, 2 }) end]], "runs = 20,")
  end)

  it("do not go to a process that is older", function()
    rejects("the process is older than what is sent to it", [[
student()
local room = lab.stage "room"
student(function() room:enter() room:leave() end)]], [[local ipc = require "tidelock"
local pool = ipc.pool(1)
return function(enter) if enter then pool:map(enter, { 1 }) end end]], "runs = 20,")
  end)
end)

describe("a gate that was left open", function()
  after_each(function() lab:remove() end)

  local WORLD = [[
local n = lab.count "n"
lab.task("guest", function() student(function() n:add(1) end) end)
lab.after(function()
  lab.always("safe", lab.waits("the next one", student, function() n:add(1) end), "the next one walks in")
  lab.always("safe", n.value == 1, "%d", n.value)
end)]]
  local GATE = [[local ipc = require "tidelock"
local gate = ipc.semaphore{ value = %d }
return function(enter) gate:acquire() enter() end]]

  it("is seen by one that is to wait, and does not", function()
    rejects("the next one walks in", WORLD, GATE:format(2), "runs = 20,")
  end)

  it("is not told where it is shut", function() passes(WORLD, GATE:format(1), "runs = 20,") end)
end)
