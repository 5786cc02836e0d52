-- tidelock --trace where things go wrong: deaths, losses, files that cannot be written; --trace=last.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local reader = dofile "spec/support/timeline/trace_reader.lua"

local file = os.tmpname()

local function exists(path)
  local handle = io.open(path)
  if handle then handle:close() end
  return handle ~= nil
end

local function run(code, option, environment)
  os.remove(file)
  local _, err, status = shell.script(code, environment, 60, option or "--trace=" .. file)
  return err, status
end

-- Waits for the file of a program that does not wait for it.
local function read_late()
  for _ = 1, 1000 do
    local well, trace = pcall(reader.read, file)
    if well and trace.whole then return trace end
    os.execute "sleep 0.05"
  end
  return reader.read(file)
end

local function named(trace, name) return assert(reader.task(trace, name), name) end

describe("the trace", function()
  teardown(function() os.remove(file) end)

  it("has the last operation of a task that was killed in it, and the death", function()
    local err, status = run [[
      local ipc = require "tidelock"
      local q, till = ipc.queue{ name = "orders" }, ipc.lock{ name = "till" }
      local cook = ipc.process{ name = "cook", target = function()
        till:acquire()
        q:get()
      end }:start()
      while not tostring(q):find "1 getting" do ipc.sleep(0.01) end
      ipc.sleep(0.5) -- longer than it spins
      cook:kill()
      cook:join()
      till:acquire()]]
    assert.equal(0, status, err)
    local trace = reader.read(file)
    local get = reader.find(trace, { task = "cook", operation = "get" })[1]
    assert.equal("orders", get.object.name)
    assert.equal(nil, get.ended)
    assert.equal("unknown", get.result)
    assert.truthy(get.slept and get.slept >= get.began)
    assert.equal("killed", named(trace, "cook").how)
    assert.equal(9, named(trace, "cook").signal)
    assert.equal("ended", named(trace, "main").how)
    assert.truthy(trace.whole)
  end)

  it("outlives the main task", function()
    run [[
      local ipc = require "tidelock"
      ipc.process{ name = "orphan", target = function() ipc.sleep(0.3) ipc.yield() end }:start()
      ipc.yield()
      ipc.current():kill()]]
    local trace = read_late()
    assert.truthy(trace.whole)
    assert.equal(1, #reader.find(trace, { task = "main", operation = "yield" }))
    assert.equal(1, #reader.find(trace, { task = "orphan", operation = "yield" }))
    assert.equal("ended", named(trace, "orphan").how)
    assert.truthy(named(trace, "main").how ~= "ended")
  end)

  it("has recorded or counts as lost whatever was done", function()
    local code = [=[
      local ipc = require "tidelock"
      local q = ipc.queue()
      -- the recorder, which has the file open, cannot run meanwhile
      local pipe = io.popen([[for p in /proc/[0-9]*; do
        [ "$(cat $p/comm)" = tidelock-trace ] && ls -l $p/fd | grep -q FILE && echo ${p#/proc/}
        done 2>/dev/null]])
      local pid = assert(tonumber((pipe:read "a")))
      pipe:close()
      os.execute("kill -STOP " .. pid)
      for _ = 1, 400000 do q:put(1) q:get() end
      os.execute("kill -CONT " .. pid)
      ipc.sleep(2)
      q:size()]=]
    local err, status = run((code:gsub("FILE", file)))
    assert.equal(0, status, err)
    local trace = reader.read(file)
    assert.truthy(trace.lost > 0, err)
    assert.equal(800007, #trace.spans + trace.lost) -- and a read, three commands, sleep, size, end
    assert.equal(trace.lost, named(trace, "main").lost)
    assert.equal(1, #reader.find(trace, { operation = "size" }))
    assert.truthy(err:find(", " .. trace.lost .. " lost", 1, true), err)
  end)

  it("is not waited for where who writes it is stopped, and is whole once it goes on", function()
    local code = [=[
      local ipc = require "tidelock"
      local pipe = io.popen([[for p in /proc/[0-9]*; do
        [ "$(cat $p/comm)" = tidelock-trace ] && ls -l $p/fd | grep -q FILE && echo ${p#/proc/}
        done 2>/dev/null]])
      local pid = assert(tonumber((pipe:read "a")))
      pipe:close()
      os.execute("kill -STOP " .. pid)
      ipc.yield()
      print(pid)]=]
    os.remove(file)
    local out, err, status = shell.script(code:gsub("FILE", file), nil, 60, "--trace=" .. file)
    assert.equal(0, status, err)
    assert.matches("is not whole: the process that writes it, tidelock%-trace, has not gone on for %d+ s, and about "
      .. "%d+ operations are missing until it does\n$", err)
    os.execute("kill -CONT " .. tonumber(out))
    assert.equal(1, #reader.find(read_late(), { operation = "yield" }))
  end)

  it("of many tasks, more than there are places at a time, has them all", function()
    local err, status = run([[
      local ipc = require "tidelock"
      local count = ipc.value(0)
      for _ = 1, 40 do
        local some = {}
        for n = 1, 5 do some[n] = ipc.spawn(function() count:add(1) end) end
        for _, p in ipairs(some) do p:join() end
      end
      assert(count:get() == 200)]], "--trace=" .. file, "TIDELOCK_TASKS=8")
    assert.equal(0, status, err)
    local trace = reader.read(file)
    assert.equal(201, #trace.tasks)
    assert.equal(0, trace.lost)
    assert.equal(200, #reader.find(trace, { operation = "add" }))
    for _, task in ipairs(trace.tasks) do assert.equal("ended", task.how, task.name) end
  end)

  it("that cannot be written is told before anything runs", function()
    for _, last in ipairs{ "", "last:" } do
      local err, status = run("print 'ran'", "--trace=" .. last .. "/no/such/folder/x")
      assert.equal(1, status)
      assert.equal("tidelock: --trace /no/such/folder/x: No such file or directory; give a file that can be written\n",
        err)
    end
    assert.truthy(select(2, run("", "--trace=")) == 1)
  end)

  it("takes the place of no file that is something else", function()
    local path = os.tmpname()
    local function write(text)
      files.write(path, text)
    end
    local function read()
      return files.read(path)
    end
    finally(function() os.remove(path) end)
    write "print 'a script'"
    for _, option in ipairs{ "--trace=", "--trace=last:" } do
      local err, status = run("error 'ran'", option .. path)
      assert.equal(1, status)
      assert.truthy(err:find(path .. ": it is no trace, and what is in it would be lost", 1, true), err)
    end
    local err, status = run(("print(select(2, require 'tidelock'.trace %q))"):format(path))
    assert.equal(0, status, err)
    assert.equal("print 'a script'", read())
    for _, begun in ipairs{ "", "TLT", "TLTRACE\n\1" } do
      write(begun)
      run("require 'tidelock'.yield()", "--trace=" .. path)
      assert.truthy(#read() > 50)
    end
  end)

  it("on a full disk is told, and the script runs on", function()
    local err, status = run([[
      local ipc = require "tidelock"
      ipc.yield()]], "--trace=/dev/full")
    assert.equal(0, status)
    assert.equal("tidelock: the trace /dev/full: No space left on device; operations are missing\n", err)
  end)

  it("leaves no process behind, and none in the way", function()
    run [[
      local ipc = require "tidelock"
      ipc.spawn(function() end):join()
      assert(#ipc.children() == 0)
      assert(not io.popen("true"):close() == false)]]
    assert.same({}, shell.processes(file))
  end)
end)

describe("--trace=last", function()
  local last = "--trace=last:" .. file

  it("writes nothing where all goes well", function()
    local err, status = run([[
      local ipc = require "tidelock"
      local daemon = ipc.process{ target = function() ipc.sleep() end, daemon = true }:start()
      ipc.spawn(ipc.yield):join()]], last)
    assert.equal(0, status, err)
    assert.equal("", err)
    assert.falsy(exists(file))
  end)

  for signal, what in pairs{ INT = "interrupted", TERM = "ended by SIGTERM", HUP = "ended by SIGHUP" } do
    it("has the last operations of what was ended by SIG" .. signal .. ", and says so", function()
      local err = run(([[
        local ipc = require "tidelock"
        local box = ipc.queue{ name = "box" }
        os.execute("{ sleep 1; kill -%s " .. ipc.getpid() .. "; } >/dev/null 2>&1 &")
        box:get(60)]]):format(signal), last)
      local told = ("tidelock: %s\ntidelock: the trace is in %s: "):format(what, file)
      assert.equal(told, err:sub(1, #told)) -- the shell tells of the signal behind it
      local trace = reader.read(file)
      assert.equal(what, trace.marks[1].text)
      assert.equal(1, #reader.find(trace, { task = "main", operation = "get" }))
    end)
  end

  it("has the last operations before a task failed", function()
    local err, status = run([[
      local ipc = require "tidelock"
      local n = ipc.value(0, "n")
      for _ = 1, 5000 do n:add(1) ipc.yield() end
      local p = ipc.process{ name = "clumsy", target = function() n:get() error "oh" end }:start()
      p:join()]], last)
    assert.equal(0, status, err)
    local trace = reader.read(file)
    assert.equal(4, trace.flags)
    assert.equal("failed", named(trace, "clumsy").how)
    assert.equal(1, #reader.find(trace, { task = "clumsy", operation = "get" }))
    assert.truthy(#reader.find(trace, { task = "main" }) <= 4096)
    assert.equal(1, #reader.find(trace, { task = "main", operation = "join" }))
    local told = ("the trace is in %s: %d operations (all of the last "):format(file, #trace.spans)
    assert.truthy(err:find(told, 1, true), err)
    local left_out = err:match "; (%d+) before them were left out%), none lost"
    assert.equal(10003, #trace.spans + tonumber(left_out) - #reader.find(trace, { task = "clumsy" }))
  end)

  it("takes the place of the file that was there at once, and writes into what is none", function()
    os.remove(file)
    local old = assert(io.open(file, "w"))
    old:write "as it was"
    local err = run([[local ipc = require "tidelock" ipc.yield() error "oh"]], last)
    assert.truthy(reader.read(file).whole, err)
    assert.falsy(exists(file .. ".part"))
    old:close()
    err = run([[local ipc = require "tidelock" ipc.yield() error "oh"]], "--trace=last:/dev/full")
    assert.truthy(err:find("the trace /dev/full: No space left on device; operations are missing", 1, true), err)
    local folder = os.tmpname()
    os.remove(folder)
    os.execute("mkdir " .. folder)
    err = run(([[local ipc = require "tidelock" ipc.yield() os.remove %q error "oh"]]):format(folder),
      "--trace=last:" .. folder .. "/x")
    assert.truthy(err:find("No such file or directory; operations are missing", 1, true), err)
  end)

  it("has a task that was killed, while the program goes on", function()
    local err, status = run([[
      local ipc = require "tidelock"
      local q = ipc.queue()
      local p = ipc.process{ name = "victim", target = function() q:get() end }:start()
      while not tostring(q):find "1 getting" do ipc.sleep(0.01) end
      p:kill()
      p:join()
      local path = arg and "]] .. file .. [["
      for _ = 1, 1000 do
        if io.open(path) then return end
        ipc.sleep(0.05)
      end
      os.exit(7)]], last)
    assert.equal(0, status, err)
    local trace = reader.read(file)
    assert.equal(9, named(trace, "victim").signal)
    assert.equal(1, #reader.find(trace, { task = "victim", operation = "get" }))
  end)

  it("has a deadlock that was told, and a script that failed", function()
    local err, status = run([[require "tidelock".queue{ name = "never" }:get()]], last)
    assert.equal(3, status, err)
    local trace = reader.read(file)
    assert.equal("a deadlock was told", trace.marks[1].text)
    assert.equal("never", reader.find(trace, { operation = "get" })[1].object.name)
    assert.equal(1, select(2, run([[require "tidelock".yield() error "oh"]], last)))
    assert.equal("failed", named(reader.read(file), "main").how)
  end)
end)

describe("the trace of coroutines", function()
  it("looks into none that an error has ended, and that is gone", function()
    local err, status = run [[
      local ipc = require "tidelock"
      local q, a = ipc.queue(), ipc.array("double", { 1, 2, 3 })
      local function fail()
        coroutine.resume(coroutine.create(function() q:put(print) end))
      end
      fail()
      for _ = 1, 5 do collectgarbage() end
      local others = {}
      for i = 1, 2000 do others[i] = ("x"):rep(180 + i % 60) end
      local function deep(n)
        if n > 0 then return (("x"):gsub("x", function() return deep(n - 1) end)) end
        for _ in pairs(a) do end
      end
      deep(150)]]
    assert.equal(0, status, err)
  end)

  it("has their lines", function()
    run [[
      local q = require "tidelock".queue{ name = "q" }
      coroutine.wrap(function()
        q:put(1)
      end)()]]
    local trace = reader.read(file)
    assert.equal(3, reader.find(trace, { operation = "put" })[1].line)
  end)
end)

describe("an exploration", function()
  it("is the same with this program as ever", function()
    local out, err, status = shell.run(shell.tidelock .. " explore --runs 200 scripts/queue_basics.lua")
    assert.equal(0, status, out .. err)
  end)
end)
