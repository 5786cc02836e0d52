-- tidelock top and ps: at programs that run, stand still, or die.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local terminal = dofile "spec/support/terminal.lua"

local NAME = "top-" .. ipc.getpid()

-- A program that runs `code` in the background, until it is closed; it says "ready" itself.  Its pid.  `apart`: a
-- command that starts it elsewhere.
local programs = {}
local function start(code, apart)
  local path = files.write(os.tmpname(), "local ipc = require 'tidelock'\nlocal NAME = '" .. NAME .. "'\n" .. code)
  os.execute(("sh -c 'echo $$ >%s.pid; exec timeout 100 %s %s %s >%s.out 2>&1' &"):format(path, apart or "",
    shell.tidelock, path, path))
  local function read(what)
    local found = io.open(path .. what)
    local text = found and found:read "a" or ""
    if found then found:close() end
    return text
  end
  await(function() return read(".out"):find "ready %d+" or read(".out"):find "tidelock:" end)
  programs[#programs + 1] = { path = path, outer = read(".pid"):match "%d+" }
  local pid = read(".out"):match "ready (%d+)"
  return assert(pid, read ".out")
end

local function close()
  for _, program in ipairs(programs) do
    os.execute(("kill %s 2>/dev/null; rm -f %s %s.pid %s.out"):format(program.outer, program.path, program.path,
      program.path))
  end
  programs = {}
end

local READY = "io.write('ready ', ipc.getpid(), '\\n') io.stdout:flush()\n"
local KITCHEN = [[
  local pan, orders, ready = ipc.lock{ name = "pan" }, ipc.queue{ maxsize = 4, name = "orders" }, ipc.latch(2)
  ipc.process{ name = "cook", daemon = true, target = function()
    pan:acquire()
    ready:count_down()
    ipc.sleep(100)
  end }:start()
  ipc.process{ name = "waiter", daemon = true, target = function()
    orders:put "soup"
    ready:count_down()
    ready:wait()
    pan:acquire()
  end }:start()
  ready:wait()
]] .. READY .. "ipc.sleep(100)"

local function top(words, language)
  return shell.run(("LC_ALL=%s %s top %s"):format(language or "C.UTF-8", shell.tidelock, words))
end

-- What top --once shows, once the pattern is in it.
local function seen(pid, pattern)
  local out
  await(function()
    out = top("--once " .. pid)
    return out:find(pattern)
  end)
  return out
end

describe("tidelock top", function()
  after_each(close)

  it("shows tasks and objects once, as text: --once; in ASCII where the language has no UTF-8", function()
    local pid = start(KITCHEN)
    local out = seen(pid, "waiter +%d+ waiting[^\n]*acquire lock#1 \"pan\": held by cook")
    assert.matches("%(pid " .. pid .. "%)\n3 tasks: 2 sleeping, 1 waiting\n", out)
    assert.matches("cook +%d+ sleeping +%d+%.%d s[^\n]*holds lock#1 \"pan\"\n", out)
    assert.matches('\nqueue#1 "orders" +██░░░░░░ +0? +1 of 4 messages', (out:gsub(" 0 1 of", " 0 1 of")))
    assert.is_nil(out:find "\27")
    out = top("--once " .. pid, "C")
    assert.matches('\nqueue#1 "orders" +##%.%.%.%.%.%. ', out)
    assert.is_nil(out:find "[\128-\255]")
  end)

  it("is for tools, too: --json", function()
    local pid = start(KITCHEN)
    seen(pid, "waiter +%d+ waiting")
    local out, _, status = top("--json " .. pid)
    assert.equal(0, status)
    assert.matches('"name":"waiter"', out)
    assert.matches('"depth":1', out)
    assert.matches('"holds":%["lock#1 \\"pan\\""%]', out)
  end)

  it("maps the program to be read alone, and is no task of it", function()
    local pid = start(KITCHEN)
    local looker = terminal.start("top -d 50 " .. pid)
    looker:expect "waiter"
    local lookers = shell.processes(("%s top -d 50 %s"):format(shell.tidelock, pid))
    local maps = shell.run(("grep -h memfd:tidelock /proc/%s/maps"):format(lookers[#lookers]:match "%d+"))
    assert.matches(" r%-%-s ", maps)
    assert.is_nil(maps:find " rw.s ")
    assert.matches("\n3 tasks: ", (top("--once " .. pid)))
    looker:close()
  end)

  it("is not held up by tasks that stand still or are killed within an operation", function()
    local pid = start([[
      local q, l = ipc.queue{ maxsize = 8 }, ipc.lock()
      local pids = {}
      for i = 1, 4 do
        local p = ipc.process{ name = "busy-" .. i, daemon = true, target = function()
          while true do
            if i % 2 == 1 then q:put(i) else q:get() end
            l:acquire() l:release()
          end
        end }
        p:start()
        pids[i] = p.pid
      end
      print(table.concat(pids, " "))
    ]] .. READY .. "ipc.sleep(100)")
    local file = io.open(programs[1].path .. ".out")
    local pids = {}
    for word in file:read "l":gmatch "%d+" do pids[#pids + 1] = word end
    file:close()
    for round = 1, 8 do
      local victim = pids[round % 4 + 1]
      os.execute("kill -STOP " .. victim)
      local out, err, status = top("--once " .. pid)
      assert.equal(0, status, err)
      assert.matches("busy%-" .. round % 4 + 1 .. " +" .. victim .. " +[%w?]+", out)
      if round > 4 then os.execute("kill -9 " .. victim) else os.execute("kill -CONT " .. victim) end
    end
  end)

  it("tells of a task that was killed and nobody has settled, and of one that is stopped", function()
    local pid = start(KITCHEN)
    local out = seen(pid, "waiter +%d+ waiting")
    local cook = out:match "cook +(%d+)"
    os.execute("kill -STOP " .. pid .. " " .. out:match "waiter +(%d+)")
    os.execute("kill -9 " .. cook)
    out = seen(pid, "cook +%d+ ended")
    assert.matches("waiter +%d+ stopped", out)
    os.execute("kill -CONT " .. pid .. " " .. out:match "waiter +(%d+)")
  end)

  it("shows the spaces of a program, and who else waits there", function()
    local pid = start([[
      local s = ipc.open(NAME)
      s.lock("till"):acquire()
    ]] .. READY .. "ipc.sleep(100)")
    start([[
      local function steal() ipc.open(NAME).lock("till"):acquire() end
      ipc.process{ name = "thief", daemon = true, target = steal }:start()
    ]] .. READY .. "ipc.sleep(100)")
    local out = seen(pid, "thief @" .. NAME:gsub("%-", "%%-"))
    assert.matches('thief @[^\n]*waiting[^\n]*acquire lock#1 "till": held by main', out)
    assert.matches('\nlock#1 "till" @' .. NAME:gsub("%-", "%%-"), out)
    assert.matches('\nmain [^\n]*holds lock#1 "till"', out)
    local ps = shell.run(("%s ps %s"):format(shell.tidelock, pid))
    assert.matches('\nthief @[^\n]*waiting[^\n]*acquire lock#1 "till"', ps)
    assert.matches('\nmain [^\n]*\n +holds lock#1 "till"', ps)
    out = top("--once " .. NAME)
    assert.matches("^space " .. NAME:gsub("%-", "%%-"), out)
    assert.matches('thief +%d+ waiting', out)
    close()
    os.execute(("%s rm %s"):format(shell.tidelock, NAME))
  end)

  it("says at what kind of descriptor a task waits", function()
    local pid = start([[
      local l = ipc.listen "tcp:127.0.0.1:0"
      ipc.process{ name = "server", daemon = true, target = function() l:accept() end }:start()
      local function run() ipc.command{ "sleep", "100" }:join() end
      ipc.process{ name = "runner", daemon = true, target = run }:start()
    ]] .. READY .. "ipc.sleep(100)")
    seen(pid, "server +%d+ blocked[^\n]*accept from a listener")
    seen(pid, "runner +%d+ blocked[^\n]*join a command")
  end)

  it("says what is wrong with what it is given", function()
    for words, row in pairs{
      ["1"] = { 1, "tidelock: top: 1: this process is no program of tidelock, or not yours" },
      ["99999999"] = { 1, "99999999: there is no such process" },
      ["no-such-space"] = { 1, "no-such-space: there is no such space" },
      ["no/such"] = { 1, "a name is letters, digits" },
      ["1 2"] = { 2, "top is of one program or space, and '2' is a second" },
      ["-d 0 1"] = { 2, "seconds, more than 0" },
      ["--once --json 1"] = { 2, "two pictures: choose one" },
    } do
      local out, err, status = top(words)
      assert.equal("", out)
      assert.equal(row[1], status, words)
      assert.truthy(err:find(row[2], 1, true), err)
    end
  end)
end)

local APART = "unshare --pid --fork --kill-child --mount-proc"
local apart = os.execute(APART .. " true 2>/dev/null") and it or pending

describe("without a name, top and ps", function()
  apart("are of the program that runs, or tell which do", function()
    local path, log = os.tmpname(), os.tmpname()
    files.write(path, ([[
      T=%s; echo "require 'tidelock'.sleep(100)" >%s
      look() { echo "$1"; $T top --once; echo $?; $T ps; echo $?; }
      look none
      $T %s & until $T ps >/dev/null 2>&1; do sleep 0.05; done
      look one
      $T %s & until $T ps 2>&1 | grep -q several; do sleep 0.05; done
      look two
      kill %%1 %%2]]):format(shell.tidelock, log, log, log))
    local out = shell.run(("%s bash %s 2>&1"):format(APART, path))
    os.remove(path)
    os.remove(log)
    local none, one, two = out:match "^none\n(.*)one\n(.*)two\n(.*)"
    assert.matches("no program of tidelock runs.*: tidelock top SPACE\n1\n.*: tidelock ps SPACE\n1\n$", none)
    assert.matches("^tidelock [^\n]+ %(pid %d+%)\n1 task: 1 sleeping\n.*\n0\nTASK .*\nmain +%d+  sleeping .*\n0\n$",
      one)
    local list = "tidelock: several programs run: name one by its pid\n +1  tidelock [^\n]+ %(pid %d+%)\n"
      .. " +2  tidelock [^\n]+ %(pid %d+%)\n1\n"
    assert.matches("^" .. list .. list, two)
  end)
end)

describe("at a terminal, tidelock top", function()
  local there
  after_each(function()
    if there then there:close() end
    there = nil
    close()
  end)

  it("is used by keys, and ends with q", function()
    local pid = start(KITCHEN)
    there = terminal.start("top -d 0.1 " .. pid)
    there:expect "NAME +PID STATE"
    there:expect "cook"
    there:type "h"
    there:expect "F5 t +tree"
    there:type "qg"
    there:expect "waiter %-> lock#1 \"pan\" <%- cook"
    there:type "gq"
    assert.equal(0, there:status())
  end)

  it("shows one picture, and no sequences, where the terminal moves no cursor", function()
    local pid = start(KITCHEN)
    there = terminal.start("top " .. pid, "TERM=dumb")
    there:expect "cook"
    assert.equal(0, there:status())
    assert.falsy(there:raw():find "\27")
  end)

  it("tells that the program has ended", function()
    local pid = start(KITCHEN)
    there = terminal.start("top -d 0.1 " .. pid)
    there:expect "cook"
    os.execute("kill -9 " .. pid)
    there:expect "it has ended"
    there:type "q"
    assert.equal(0, there:status())
  end)

  it("ends no other process that has come to a pid by now", function()
    local pid = start(KITCHEN)
    there = terminal.start("top -d 0.1 " .. pid)
    there:expect "cook"
    there:type "p/main\r\27[20~"
    there:expect "end main"
    os.execute("kill -9 " .. pid)
    there:type "9"
    there:expect(pid .. ": it has ended already")
    there:type "q"
    assert.equal(0, there:status())
  end)

  apart("ends none of another PID namespace, whose pids are others here", function()
    local pid = start(KITCHEN, APART)
    local here -- the last one is no more than a child, of the same program
    for _, line in ipairs(shell.processes(("%s %s"):format(shell.tidelock, programs[1].path))) do
      here = line:match "%d+"
    end
    assert.not_equal(pid, here)
    assert.is_nil(seen(here, "waiter +%d+ waiting"):match "waiting +%d+%.%d s +%d+ +%d+ ") -- no CPU%
    there = terminal.start("top -d 0.1 " .. here)
    there:expect "cook"
    there:type "/coo\r\27[20~"
    there:expect "it runs in another PID namespace %(a container%): end it there"
    there:type "q"
    assert.equal(0, there:status())
  end)

  it("ends a task after a question, unless --readonly", function()
    local pid = start(KITCHEN)
    there = terminal.start("top --readonly -d 0.1 " .. pid)
    there:expect "cook"
    there:type "\27[20~"
    there:expect "nothing is ended"
    there:type "q"
    there:status()
    there:close()
    there = terminal.start("top -d 0.1 " .. pid)
    there:expect "cook"
    there:type "/coo\r\27[20~"
    there:expect "end cook %(pid %d+%) by SIGTERM%? y, 9 %(SIGKILL%) or n"
    there:type "9"
    there:expect "%d ended since"
    there:type "q"
    assert.equal(0, there:status())
  end)
end)
