-- `tidelock explore` and `tidelock replay`, by what they print and by their exit status.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local LIMIT = 120

local LOST = [[
local ipc = require "tidelock"
local till = ipc.value(0, "till")
local function pay() till:set(till:get() + 1) end
local a = ipc.process{ target = pay, name = "ann" }:start()
local b = ipc.process{ target = pay, name = "bob" }:start()
a:join() b:join()
ipc.outcome("till", till:get())
print("till", till:get(), arg[1])
assert(till:get() == 2, "lost")
]]

local LOCKED = [[
local ipc = require "tidelock"
local till, lock = ipc.value(0, "till"), ipc.lock "lock"
local function pay() lock:with(function() till:set(till:get() + 1) end) end
local a = ipc.process{ target = pay, name = "ann" }:start()
local b = ipc.process{ target = pay, name = "bob" }:start()
a:join() b:join()
ipc.outcome("till", till:get())
ipc.sometimes(till:get() == 2, "both have paid")
%s
]]

local made = {} -- files, of one spec

local function new_file()
  made[#made + 1] = os.tmpname()
  return made[#made]
end

after_each(function()
  for _, path in ipairs(made) do os.remove(path) end
  made = {}
end)

local function rewrite(path, text)
  files.write(path, text)
end

local function script(text)
  local path = new_file()
  rewrite(path, text)
  return path
end

local function run(...)
  return shell.run(shell.tidelock .. " " .. string.format(...), LIMIT)
end

describe("explore", function()
  it("finds a lost update, explains it, and names the command that repeats it", function()
    local path = script(LOST)
    local out, err, status = run("explore %s 7", path)
    assert.equal(1, status, err)
    assert.truthy(out:find('lost update of value "till": 1 switch', 1, true), out)
    local command = out:match "replay: tidelock (replay %-%-schedule=[^\n]+)"
    assert.truthy(command and command:find(path .. " 7", 1, true), out)
    for _ = 1, 10 do
      local again, trouble, failed = run("%s", command)
      assert.equal(1, failed, trouble)
      assert.equal("", trouble)
      assert.truthy(again:find("till\t1\t7\n", 1, true), again)
      assert.truthy(again:find("lost update", 1, true))
    end
  end)

  it("moves no cursor by what is named so", function()
    local nasty = "\27[2J\u{9b}2J"
    local saved = new_file()
    local path = script(LOST:gsub("ann", nasty):gsub('"till"%)', '"' .. nasty .. '")'):gsub('"lost"',
      '"' .. nasty .. '"'):gsub('outcome%("till"', 'outcome("' .. nasty .. '"'))
    local out, err, status = run("explore %s", path)
    assert.equal(1, status, err)
    assert.truthy(out:find('lost update of value "?[2J?2J": 1 switch', 1, true), out)
    assert.is_nil(out:gsub("\n", ""):find "%c" or out:find "\u{9b}", out)
    out, err, status = run("explore -o %s %s", saved, path)
    assert.same({ 1, "" }, { status, err }, out)
    out, err, status = run("replay %s", saved)
    assert.same({ 1, "" }, { status, err }, out)
  end)

  it("says that all were explored, and how many", function()
    local out, err, status = run("explore --all %s", script(LOCKED:format ""))
    assert.equal(0, status, err)
    assert.truthy(out:find "no failing schedule: all %d+ explored\n", out)
    assert.truthy(out:find("till 2: 100 %", 1, true), out)
  end)

  it("explores no schedule twice: the number is the same, however many at a time", function()
    local path = script(LOCKED:format "")
    local one = run("explore --all --jobs 1 %s", path):match "all %d+"
    assert.truthy(one)
    assert.equal(one, run("explore --all --jobs 4 %s", path):match "all %d+")
  end)

  it("gives JSON to tools, and nothing else", function()
    local out, _, status = run("explore --json %s", script(LOST))
    assert.equal(1, status)
    assert.truthy(out:find '^{.*"command":"tidelock replay.*}\n?$', out)
  end)

  it("says what it has done until Ctrl-C", function()
    local path = script(LOCKED:format "")
    local command = "timeout --preserve-status -s INT 1 %s explore --time 60 --runs 1000000 %s"
    local out, _, status = shell.run(command:format(shell.tidelock, path), LIMIT)
    assert.equal(130, status)
    assert.truthy(out:find "no failing schedule: [%d,]+ schedules %(interrupted%)", out)
  end)

  it("tells of a label that never came true", function()
    local out, _, status = run("explore --runs 50 %s", script(LOCKED:format 'ipc.sometimes(false, "a third")'))
    assert.equal(1, status)
    assert.truthy(out:find('"a third"', 1, true), out)
    assert.falsy(out:find('"both have paid"', 1, true), out)
  end)

  it("has no failure of more pre-emptions than it may", function()
    local out, _, status = run("explore --switches 0 --runs 100 %s", script(LOST))
    assert.equal(0, status)
    assert.truthy(out:find "failing schedules? needs? more pre%-emptions than %-%-switches 0 allows", out)
  end)

  it("is refused with 2", function()
    for _, words in ipairs{ "", "--runs=0 x.lua", "--what x.lua", "-o /nowhere/f x.lua", "/nowhere/x.lua",
      script "x = = 1" } do
      local out, err, status = run("explore %s", words)
      assert.equal(2, status, words)
      assert.equal("", out)
      assert.truthy(err:find "^tidelock: ", err)
    end
  end)

  it("writes nothing over the script, nor over its other file", function()
    local path = script(LOST)
    local code = files.read(path)
    for words, what in pairs{
      ["explore -o %s %s"] = "'-o': the schedule cannot be written: %s: it would be written over the script; give",
      ["explore --html %s %s"] = "'--html': the page cannot be written: %s: it would be written over the script; give",
      ["explore -o %s.new --html /tmp/../%s.new %s"] = "it would be written over the schedule of -o; give another name",
      ["replay --schedule=1:0 --html %s %s"] = "it would be written over the script; give another name",
    } do
      local out, err, status = run(words:gsub("%%s", path))
      assert.same({ "", 2, code }, { out, status, files.read(path) })
      assert.truthy(err:find(what:gsub("%%s", path), 1, true), err)
    end
    assert.is_nil(io.open(path .. ".new"))
  end)

  it("writes one object of JSON, whatever there is to say", function()
    local counter = os.tmpname() -- the third run alone fails
    local out, err, status = run("explore --json --jobs 1 --runs 60 %s", script(([[
      local ipc = require "tidelock"
      local pipe = io.popen "echo >>%s; wc -l <%s"
      local number = tonumber(pipe:read "a")
      pipe:close()
      for _ = 1, 2 do ipc.spawn(function() end) end
      assert(number ~= 3, "the third")]]):gsub("%%s", counter)))
    os.remove(counter)
    assert.equal(1, status, err)
    assert.truthy(out:find("^{[^\n]*}\n$"), out)
    assert.truthy(out:find('"inexact":true', 1, true), out)
  end)

  it("says that no schedule has ended", function()
    local out, err, status = run("explore --time 0.5 %s", script "while true do end")
    assert.equal(3, status, err)
    assert.truthy(out:find "^no schedule has ended: %-%-time 0.5 is over", out)
  end)

  it("ends soon after Ctrl-C though a schedule does not", function()
    local real_time = require "tidelock".now
    local began = real_time()
    local path = script "while true do end"
    local out, _, status = shell.run(("timeout --preserve-status -s INT 1 %s explore --jobs 1 %s"):format(
      shell.tidelock, path), LIMIT)
    assert.equal(130, status, out)
    assert.truthy(real_time() - began < 10, real_time() - began) -- by when the schedule would be given up
  end)

  it("helps", function()
    local out, _, status = run "explore --help"
    assert.equal(0, status)
    assert.truthy(out:find "^usage: tidelock explore")
  end)
end)

describe("replay of a file", function()
  local function explored(path)
    local file = new_file()
    local out, err, status = run("explore -o %s %s 7", file, path)
    assert.equal(1, status, err)
    assert.truthy(out:find("replay: tidelock replay " .. file, 1, true), out)
    return file
  end

  it("needs no script, and is exact", function()
    local file = explored(script(LOST))
    local first = run("replay %s", file)
    for _ = 1, 5 do
      local out, err, status = run("replay %s", file)
      assert.equal(1, status)
      assert.equal("", err)
      assert.equal(first, out)
      assert.falsy(out:find(", schedule %d", 1), out) -- it is no search
    end
  end)

  it("tells where the script has changed", function()
    local path = script(LOST)
    local file = explored(path)
    rewrite(path, (LOST:gsub("local b =", "till:get()\nlocal b =")))
    local _, err, status = run("replay %s", file)
    assert.truthy(err:find("the script has changed at line 5", 1, true), err)
    assert.truthy(status == 1 or status == 3)
    rewrite(path, LOST .. "-- the end\n")
    _, err, status = run("replay %s", file)
    assert.equal(1, status)
    assert.truthy(err:find("its steps have not", 1, true), err)
  end)

  it("is refused with 2 where it is none", function()
    local _, err, status = run("replay %s", script(LOST))
    assert.equal(2, status)
    assert.truthy(err:find "this is no schedule", err)
    _, err, status = run("replay --schedule=1:q %s", script(LOST))
    assert.equal(2, status)
    assert.truthy(err:find("no move 'q'", 1, true), err)
  end)
end)
