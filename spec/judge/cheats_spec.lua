-- What a student's file can try instead of solving the lab: each is told, and none passes.
local labs = dofile "spec/support/labs.lua"

local WORLD = [[
local shop, looking = lab.file{ stock = 1, sold = 0 }, lab.stage "looking"
for n = 1, 2 do lab.task("buyer-" .. n, student.buyer, shop, looking) end
lab.after(function() lab.always("safe", shop.sold == 1, "%d tickets were sold, there was 1", shop.sold) end)
lab.sometimes("free", function() return looking.most == 2 end, "nobody ever looks while another one looks")]]

local NAIVE = [[
return { buyer = function(shop, looking)
  looking:enter() looking:leave()
  if shop.stock > 0 then shop.stock = shop.stock - 1 shop:add("sold", 1) end
end }]]

local function buyer(code)
  return ("return { buyer = function(shop, looking) %s end }"):format(code)
end

local IPC = 'local ipc = require "tidelock"\n'

-- What it tries, what it is told (a part of the screen, blanks as one).
local TRIES = {
  { "the end of the program", "os.exit(0)", "`os.exit` is not for a lab" },
  { "the end of a task", buyer "os.exit(0)", "`os.exit` is not for a lab" },
  { "an end that is caught", buyer "pcall(os.exit, 0)", "`os.exit` is not for a lab" },
  { "other functions of Lua and the runtime", IPC
    .. "assert = function() end\nprint, error, pcall = assert, assert, assert\n"
    .. "ipc.always, ipc.value, ipc.table = assert, assert, assert\nstring.format = assert\n" .. NAIVE,
    "2 tickets were sold" },
  { "the registry", "debug.getregistry()\n" .. NAIVE, "`debug.getregistry` is not for a lab" },
  { "an upvalue", buyer "debug.getupvalue(looking.enter, 1)", "`debug.getupvalue` is not for a lab" },
  { "a file of the pack", buyer '\nio.open("lab.lua")', "`io.open` is not for a lab (line 2)." },
  { "what is refused, by a tail call", buyer '\nreturn io.open("lab.lua")', "`io.open` is not for a lab." },
  { "processes without end", IPC .. buyer "while true do ipc.process{ target = print } end",
    "`ipc.process` starts more than 64 tasks (line 2)." },
  { "the checker itself", 'require "judge.vocabulary"\n' .. NAIVE, '`require` finds nothing but "tidelock"' },
  { "another chunk", 'dofile "lab.lua"\n' .. NAIVE, "`dofile` is not for a lab" },
  { "the metatable of strings", 'getmetatable("").__index.format = function() end\n' .. NAIVE,
    "does not load. the file ends with an error" },
  { "the metatable of a stage", buyer "getmetatable(looking).__index = nil", "attempt to index a nil value" },
  { "a method of a stage", buyer "looking.enter = function() end", "has no fields that can be set" },
  { "a raw method of a stage", buyer 'rawset(looking, "enter", nil)', "table expected, got userdata" },
  { "the metatable of an object", buyer "getmetatable(shop).__index = nil", "attempt to index a nil value" },
  { "an error that is no string", buyer "error({})", "buyer-1 dies by an error in line 1: a table" },
  { "a method that there is not", IPC .. "local key = ipc.lock()\n" .. buyer "key:take()",
    'there is no field or method "take"; there are: acquire, release, with, hold, holder.' },
  { "a constructor in a wrong way", "\n" .. IPC .. "ipc.lock(5)\n" .. NAIVE,
    "as it is loaded: line 3: lock:" },
  { "an error in a function of Lua's", buyer "\nfor _ in ipairs(couriers) do end",
    "buyer-1 dies by an error in line 2:" },
  { "a runtime that was not required", buyer "ipc.yield()", 'no `ipc`: write local ipc = require "tidelock" above.' },
  { "an error that raises", buyer "error(setmetatable({}, { __tostring = function() error 'x' end }))",
    "buyer-1 dies by an error" },
  { "an error of nil", "error(nil)", "does not load" },
  { "a yield out of the task", buyer "coroutine.yield()", "attempt to yield" },
  { "a coroutine without end", buyer "coroutine.wrap(function() while true do end end)()",
    "an endless loop in line 1" },
  { "a loop", buyer "while true do end", "an endless loop in line 1" },
  { "a call that takes for ever", buyer "local a = ('a'):rep(40) a:find(('a?'):rep(40) .. a .. 'b')",
    "buyer-1 computes without end, or sleeps for ever" },
  { "a loop as it is loaded", "while true do end", "an endless loop in line 1" },
  { "a loop that is caught", buyer "while true do pcall(function() while true do end end) end",
    "an endless loop in line 1" },
  { "a loop with steps", IPC .. "local v = ipc.value(0)\n" .. buyer "while true do v:add(1) end",
    "buyer-1 tries for ever in line 3: 3000 steps" },
  { "a loop that yields", IPC .. buyer "while true do ipc.yield() end", "tries for ever in line 2" },
  { "recursion", "local function f() return 1 + f() end\n" .. buyer "f()", "buyer-1 calls itself without end" },
  { "recursion by tail calls", "local function f() return f() end\n" .. buyer "f()", "an endless loop in line 1" },
  { "all memory", buyer "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(100000) .. i end",
    "buyer-1 uses more memory than a lab has" },
  { "tasks without end", IPC .. "local function f() ipc.spawn(f) ipc.spawn(f) end\nreturn { buyer = f }",
    "`ipc.spawn` starts more than 64 tasks" },
  { "tasks one after the other", IPC .. buyer "while true do ipc.spawn(function() end):join() end",
    "`ipc.spawn` starts more than 64 tasks" },
  { "objects without end", IPC .. buyer "while true do ipc.lock() end", "`ipc.lock` makes more than 1000 objects" },
  { "all shared memory", IPC .. buyer "local q = ipc.queue() while true do q:put(('x'):rep(1000000)) end",
    "buyer-1 fills all memory that tasks share" },
  { "an error of a coroutine", buyer "coroutine.wrap(function() error 'x' end)()", "in line 1: x." },
  { "a table for an error", "error{}", "as it is loaded: a table" },
  { "control characters", IPC .. "local l = ipc.lock 'l\\27[2J\\u{9B}2J' --\27[2J\n" .. buyer
    "l:acquire() print '\\27[2J\\u{9B}2J' error('\\27[2J\\u{9B}2J\\n', 0)", "dies by an error in line 3: ?[2J" },
  { "a command", buyer 'os.execute("kill -9 $PPID")', "`os.execute` is not for a lab" },
  { "a command of the runtime", IPC .. buyer 'ipc.command("kill", "-9", "1")', "`ipc.command` is not for a lab" },
  { "the main task's end", IPC .. buyer "ipc.parent():kill()", "`ipc.parent` is not for a lab" },
  { "its own death", IPC .. buyer("if shop.stock > 0 then shop.stock = 0 shop.sold = 1 end ipc.current():kill()"),
    "buyer-1 was killed" },
  { "much output", buyer "while true do print(('x'):rep(100)) end", "`print` prints without end" },
  { "much output by io", buyer "while true do io.write 'x' end", "`io.write` is not for a lab" },
  { "no Lua", "return { buyer = function( }", "does not load. the file is no Lua: student_" },
  { "nothing", "", "does not load. the file is empty" },
  { "comments alone", "-- return {}\n--[[ all\nof it ]] --[==[ x ]==]\n", "all of the file is commented out" },
  { "no return", "local x = 1", "the file returns nothing" },
  { "another type", "return 5", "the file returns a number" },
  { "a field of another type", "return { buyer = 5 }", "what buyer-1 is to run is a number" },
  { "another function", "return { seller = print }", "has no `buyer`" },
  { "a function that does nothing", buyer "", "0 tickets were sold" },
  { "a finalizer", "setmetatable({}, { __gc = print })\n" .. NAIVE, "`__gc` is code that runs at any time" },
  { "binary code", "local f = load('\\27Lua')\nreturn { buyer = f }", "has no `buyer`" },
  { "a label of the checker", IPC .. buyer 'ipc.sometimes(true, "lab:free:x")', "`ipc.sometimes` is not for a lab" },
  { "the words of the checker", IPC .. buyer 'ipc.always(false, "\\1lab\\1goal\\1won")', "ipc.always of buyer-1" },
  { "words on the board", buyer 'error("\\1lab\\1goal\\1won", 0)', "buyer-1 dies by an error" },
  { "the lab's own table", buyer "shop:close()", "rejected" },
  { "what the lab forbids", IPC .. buyer "ipc.sleep(1)", "`ipc.sleep` is not allowed in this lab" },
}

describe("a student's file", function()
  local lab, verdicts

  setup(function()
    lab = labs.new(WORLD, 'forbid = { "ipc.sleep" },')
    local texts = {}
    for i, try in ipairs(TRIES) do texts[i] = try[2] end
    verdicts = lab:all(texts)
  end)

  teardown(function() if lab then lab:remove() end end)

  for i, try in ipairs(TRIES) do
    it("does not pass by " .. try[1], function()
      local verdict = verdicts[i]
      local text = verdict.text:gsub("%s+", " ")
      assert.is_true(verdict.state == "rejected" or verdict.state == "unread", text)
      assert.is_truthy(text:find(try[3], 1, true), text)
      assert.is_nil(text:find("/student_", 1, true), text)
      assert.is_nil(text:find "0x%x+", text)
      assert.is_nil(text:find "%c" or text:find "\xC2[\x80-\x9F]", text)
    end)
  end

  it("has what the lab allows, and Lua's own", function()
    local allowing = labs.new([[lab.task("a", student) lab.after(function() end)]], 'allow = { "os.getenv" },')
    local verdict = allowing:check [[
return function()
  assert(os.getenv "HOME" ~= 5 and ("%d"):format(3) == "3" and math.max(1, 2) == 2 and #table.pack(1, 2) == 2)
  assert(load "return 1"() == 1 and select("#", pcall(error)) == 2 and os.time() > 0 and _G._G == _G)
  assert(coroutine.wrap(function() coroutine.yield(4) end)() == 4 and utf8.len "ab" == 2)
end]]
    allowing:remove()
    assert.are.equal("passed", verdict.state, verdict.text)
  end)

  it("may begin with a mark of UTF-8, and a line for the shell", function()
    local simple = labs.new [[lab.task("a", student) lab.after(function() end)]]
    for _, front in ipairs{ "\xEF\xBB\xBF", "#!/usr/bin/env tidelock\n", "\xEF\xBB\xBF#\n" } do
      local verdict = simple:check(front .. "return print")
      assert.are.equal("passed", verdict.state, verdict.text)
    end
    local verdict = simple:check "#!/bin/tidelock\nreturn function() error 'x' end"
    assert.is_truthy(verdict.text:find("in line 2: x", 1, true), verdict.text)
    verdict = simple:check "\xFF\xFEr\0e\0"
    assert.is_truthy(verdict.text:find("UTF-16: save it as UTF-8", 1, true), verdict.text)
    simple:remove()
  end)

  it("that cannot be read is told", function()
    local other = labs.new "lab.task('a', student)"
    local verdict = other:check "return print"
    assert.are.equal("passed", verdict.state, verdict.text)
    os.remove(verdict.path)
    os.execute("mkdir " .. verdict.path)
    local shell = dofile "spec/support/shell.lua"
    local command = "TIDELOCK_EXPLORER=spec/support/labs/verdicts.lua %s explore %s 1 - %s /none/file.lua"
    local out = shell.run(command:format(shell.tidelock, other.directory, verdict.path))
    other:remove()
    assert.are.equal(2, select(2, out:gsub("the file cannot be read", "")), out)
  end)
end)
