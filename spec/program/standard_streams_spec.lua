-- What a script prints and writes, and the descriptors it goes through: seen
-- from a shell.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local tidelock = os.getenv "TIDELOCK" or "./tidelock"

-- Runs the script (at "$S") by a shell command in which `tidelock` is the
-- program; returns its stdout, stderr and exit status (124: it hung).
local function run(script, line)
  local path, out, err = os.tmpname(), os.tmpname(), os.tmpname()
  files.write(path, script)
  local command = ("unset LUA_INIT; T='%s'; S='%s'; D='%s.d'; { %s; } >%s 2>%s"):format(
    tidelock, path, path, line or 'timeout 60 "$T" "$S"', out, err)
  local _, _, status = os.execute(command)
  local output, errors = files.read(out), files.read(err)
  for _, name in ipairs{ path, out, err } do os.remove(name) end
  return output, errors, status
end

describe("with --label", function()
  it("a callback that prints while a line is written repeats nothing", function()
    local output = run([[
      local ipc = require "tidelock"
      local turn = ipc.process(function()
        for _ = 1, 300 do print(("o"):rep(2000)) end
      end)
      turn:start()
      local pool = ipc.pool(2)
      for i = 1, 200 do
        pool:apply_async(function(n) return n end, { i }, function(n) io.write("done ", n, "\n") end)
      end
      for i = 1, 400 do io.write("main ", i, " ", ("m"):rep(500), "\n") end
      pool:close()
      pool:join()
      turn:join()
    ]], 'timeout 60 "$T" --label "$S"')
    local seen = {}
    for word in output:gmatch "main %d+" do
      assert.is_nil(seen[word], word)
      seen[word] = true
    end
    for i = 1, 400 do assert.is_true(seen["main " .. i], i) end
    for word in output:gmatch "done %d+" do
      assert.is_nil(seen[word], word)
      seen[word] = true
    end
    for i = 1, 200 do assert.is_true(seen["done " .. i], i) end
  end)
end)

describe("started without standard streams", function()
  for _, closed in ipairs{ "0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-" } do
    it("has none of its own descriptors there: " .. closed, function()
      local output = run([[
        local ipc = require "tidelock"
        local listener = ipc.listen("tcp:127.0.0.1:0")
        local caller = ipc.spawn(function(address)
          local c = ipc.connect(address)
          print("into the connection")
          io.stderr:write("into the connection")
          c:send("hello")
          c:recv(20)
        end, listener.address)
        local c = listener:accept(20)
        print("into the connection")
        io.stdout:flush()
        local cat = ipc.command{ "cat" }
        local sub = io.popen("cat", "w")
        local first = c:recv(20)
        local list = {}
        for _, pid in ipairs{ ipc.getpid(), caller.pid } do
          for n = 0, 2 do
            local p = io.popen(("readlink /proc/%d/fd/%d"):format(pid, n))
            local link = p:read "a"
            p:close()
            if link:find "socket" or link:find "pidfd" or link:find "memfd" then list[#list + 1] = link end
          end
        end
        local file = io.open(arg[1], "w")
        file:write(tostring(first), " ", table.concat(list, " "))
        file:close()
        c:send("bye")
        sub:close()
        cat:kill()
      ]], 'timeout 60 "$T" "$S" "$D" >/dev/null 2>&1 ' .. closed .. '; cat "$D"; rm "$D"')
      assert.equal("hello ", output)
    end)
  end
end)

-- A reader of a pipe that is not to block, which begins when that is full: at two looks, so that the writer has met it.
local LATE = [=[python3 -c '
import os, select, subprocess, sys, time
r, w = os.pipe()
os.set_blocking(w, False)
p = subprocess.Popen([sys.argv[1], sys.argv[2]], stdout=w, stderr=w if len(sys.argv) > 3 else None)
full = 0
while full < 2 and p.poll() is None:
    full = 0 if select.select([], [w], [], 0)[1] else full + 1
    time.sleep(0.005)
os.close(w)
sys.stdout.buffer.write(os.fdopen(r, "rb").read())
sys.stdout.flush()
sys.exit(p.wait())' "$T" "$S"]=]

local WRITERS = {
  ["print"] = [[for i = 1, 3000 do print(i, ("x"):rep(100)) end]],
  ["io.write"] = [[for i = 1, 3000 do io.write(i, "\t", ("x"):rep(100), "\n") end]],
  ["io.stdout:write"] = [[for i = 1, 3000 do io.stdout:write(i, "\t", ("x"):rep(100), "\n") end]],
  ["io.stderr:write"] = [[for i = 1, 3000 do io.stderr:write(i, "\t", ("x"):rep(100), "\n") end]],
}

local PLACES = {
  ["the main script"] = "%s",
  ["a script without the module"] = "%s",
  ["a process"] = "local ipc = require 'tidelock' assert(ipc.spawn(function() %s end):join())",
  ["a thread"] = "local ipc = require 'tidelock' assert(ipc.thread(function() %s end):start():join())",
}

describe("an output that is not to block", function()
  for call, writer in pairs(WRITERS) do
    for place, script in pairs(PLACES) do
      it("gets all of " .. call .. " in " .. place, function()
        local text = script:format(writer)
        if place == "the main script" then text = "require 'tidelock' " .. text end
        local output, errors, status = run(text, "timeout 60 " .. LATE .. (call:find "stderr" and " too" or ""))
        assert.equal("", errors)
        assert.equal(0, status)
        local n = 0
        for line in output:gmatch "[^\n]+" do
          n = n + 1
          assert.equal(n .. "\t" .. ("x"):rep(100), line)
        end
        assert.equal(3000, n)
      end)
    end
  end

  it("gets numbers as any other does", function()
    local script = "io.write(1, ' ', 1.0, ' ', 0.1, ' ', 1e100, ' ', 2^53, ' ', math.huge, '\\n')"
    assert.equal((run(script)), (run(script, "timeout 60 " .. LATE)))
  end)
end)

describe("an output that is lost", function()
  for call, writer in pairs{ print = "print(1)", ["io.write"] = "io.write(1)" } do
    for where, target in pairs{ ["on a full disk"] = ">/dev/full", ["by a closed descriptor"] = ">&-" } do
      for place, script in pairs(PLACES) do
        it("is told, of " .. call .. " in " .. place .. ", " .. where, function()
          local text = script:format(writer)
          if place == "the main script" then text = "require 'tidelock' " .. text end
          if place == "a process" then
            text = text:gsub("assert(%b())", "local p = %1 os.exit(p.exitcode)")
            text = text:gsub("%((ipc%.spawn.*):join%(%)%)", "%1 p:join()")
          end
          local _, errors, status = run(text, 'timeout 60 "$T" "$S" ' .. target)
          assert.matches("tidelock: the standard output was lost: ", errors)
          assert.equal(1, status)
        end)
      end
    end
  end

  it("on stderr is told by the status", function()
    local _, _, status = run("io.stderr:write 'x'", 'timeout 60 "$T" "$S" 2>/dev/full')
    assert.equal(1, status)
  end)
end)

-- a thread that sits in a read of a pipe that nobody writes to
local READER = [[
  local ipc = require "tidelock"
  os.execute("mkfifo " .. arg[1])
  local holder = io.popen("exec sleep 60 <>" .. arg[1])
  local readers = ipc.queue()
  local function sit(path)
    local f, own = io.open(path, "r+"), io.open("/proc/thread-self/stat")
    local id = own:read("n")
    own:close()
    readers:put(id)
    f:read "l"
  end
  local function start()
    ipc.thread{ target = sit, args = { arg[1] }, daemon = true }:start()
    local id, limit, state = readers:get(50), ipc.now() + 50, nil
    repeat
      local stat = io.open("/proc/self/task/" .. id .. "/stat")
      state = stat:read("a"):match("%) (%a)")
      stat:close()
    until state == "S" or ipc.now() > limit
    assert(state == "S", state)
  end
  start()
]]

describe("while a thread sits in a read", function()
  for what, script in pairs{
    ["a spawn"] = "print(ipc.spawn(function() return 'went on' end):result())",
    ["a pool"] = "print(ipc.pool(1):apply(function() return 'went on' end))",
    ["io.popen"] = "print(io.popen('echo went on'):read())",
    ["os.execute"] = "os.execute('echo went on')",
    ["a command"] = "print(ipc.command{ 'echo', 'went on' }:communicate())",
    ["a thread's start"] = "print(ipc.thread(function() return 'went on' end):start():result())",
    ["os.exit"] = "print 'went on' io.stdout:flush() os.exit(0)",
    ["the program's end"] = "print 'went on'",
    ["a process's end"] = "print(ipc.spawn(function() " ..
      "start() return 'went on' end):result())",
  } do
    it(what .. " does not hang", function()
      local output, _, status = run(READER:gsub("local holder.-\n", "") .. script,
        'timeout -s KILL 20 "$T" "$S" "$D"; s=$?; rm -f "$D"; (exit $s)')
      assert.matches("went on", output)
      assert.equal(0, status)
    end)
  end
end)

describe("a child", function()
  it("writes nothing of what other threads have in their files", function()
    local output, errors = run([[
      local ipc = require "tidelock"
      local stop, ready = ipc.event(), ipc.event()
      local writer = ipc.thread(function(path)
        local file, n = io.open(path, "w"), 0
        repeat
          for _ = 1, 50 do n = n + 1 file:write(n, "\n") end
          ready:set()
        until stop:is_set()
        file:close()
        return n
      end, arg[1]):start()
      ready:wait()
      for _ = 1, 50 do ipc.spawn(function() end):join() end
      stop:set()
      local n, found = writer:result(), 0
      for line in io.lines(arg[1]) do
        found = found + 1
        assert(line == tostring(found), line)
      end
      print(n == found)
    ]], 'timeout 60 "$T" "$S" "$D"; rm -f "$D"')
    assert.equal("", errors)
    assert.equal("true\n", output)
  end)

  it("writes what it has in its own files, and its parent's once", function()
    local output, errors = run([[
      local ipc = require "tidelock"
      local file = io.open(arg[1], "a")
      file:write "parent\n"
      ipc.spawn(function() file:write "child\n" end):join()
      ipc.thread(function() end):start():join()
      file:write "parent\n"
      ipc.spawn(function() file:write "child\n" io.open(arg[1], "a"):write "own\n" end):join()
      file:close()
      for line in io.lines(arg[1]) do print(line) end
    ]], 'timeout 60 "$T" "$S" "$D"; rm -f "$D"')
    assert.equal("", errors)
    assert.equal(#"parent child parent child own ", #output)
    assert.matches("^parent\nchild\nparent\n", output)
  end)
end)

describe("print", function()
  it("to a full disk is told as no fault of a device", function()
    local _, err, status = shell.run(shell.tidelock .. " -e 'print(1)' >/dev/full")
    assert.equal("tidelock: the standard output was lost: it could not be written\n", err)
    assert.equal(1, status)
  end)
end)

describe("a command of the program", function()
  -- of those that are written in C, in Lua, and those that the help is made of
  for _, command in ipairs{ "ls --help", "lab list", "timeline --help", "help top", "--help" } do
    it("says that what it wrote was lost: " .. command, function()
      local _, err, status = shell.run(("%s %s >/dev/full"):format(shell.tidelock, command))
      assert.equal("tidelock: the standard output was lost: No space left on device\n", err)
      assert.equal(1, status)
    end)
  end
end)
