-- What comes to a program from outside: signals, hooks, threads of others.
local files = dofile "spec/support/files.lua"

local tidelock = os.getenv "TIDELOCK" or "./tidelock"

local function run(script, line)
  local path = files.write(os.tmpname(), script)
  local pipe = io.popen(("unset LUA_INIT; T='%s'; S='%s'; { %s; } 2>&1; echo status $?"):format(
    tidelock, path, line or 'timeout 60 "$T" "$S"'))
  local output = pipe:read "a"
  pipe:close()
  os.remove(path)
  return output
end

describe("a program started with SIGINT ignored", function()
  it("is not ended by it, nor what it starts", function()
    local output = run([[
      local ipc = require "tidelock"
      local ready, go = ipc.event(), ipc.event()
      local p = ipc.spawn(function() ready:set() go:wait() return "process" end)
      local c = ipc.command{ "sh", "-c", "kill -INT $$; echo command" }
      ready:wait()
      p:signal(2)
      os.execute("kill -INT " .. ipc.getpid())
      go:set()
      print(p:result())
      print((c:communicate()))
      print "main"
    ]], [[timeout 60 sh -c 'trap "" INT; exec "$0" "$1"' "$T" "$S"]])
    assert.equal("process\ncommand\n\nmain\nstatus 0\n", output)
  end)
end)

describe("a program started with SIGTERM blocked", function()
  it("can terminate its processes", function()
    local output = run([[
      local ipc = require "tidelock"
      local ready = ipc.event()
      local p = ipc.spawn(function() ready:set() ipc.sleep(20) end)
      ready:wait()
      p:terminate()
      p:join()
      print(p.exitcode)
    ]], [[python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
os.execv(sys.argv[1], sys.argv[1:])' "$T" "$S"]])
    assert.equal("-15\nstatus 0\n", output)
  end)
end)

describe("a signal that luaposix handles", function()
  local BEGIN = [[
    local ipc, signal = require "tidelock", require "posix.signal"
    local heard = ipc.value(0)
    signal.signal(signal.SIGUSR1, function() heard:add(1) end)
    -- signals main once it waits, and when it has heard of that, does `after`
    local function alarm(after)
      local pid, n = ipc.getpid(), heard:get()
      return ipc.spawn(function()
        dofile "spec/support/asleep.lua" "main"
        os.execute("kill -USR1 " .. pid)
        local limit = ipc.now() + 50
        while heard:get() == n and ipc.now() < limit do ipc.sleep(0.001) end
        if after then after() end
      end)
    end
  ]]

  it("runs its handler while the task waits, and the wait goes on", function()
    if not pcall(require, "posix.signal") then return pending "luaposix is not installed for this Lua" end
    local output = run(BEGIN .. [[
      local q, whole = ipc.queue(), true
      local function put() q:put "goes on" end
      alarm()
      repeat
        local began = ipc.now()
        ipc.sleep(0.2)
        whole = whole and ipc.now() - began >= 0.2
      until heard:get() > 0
      print(heard:get(), whole)
      alarm(put)
      print(q:get(50))
      print(heard:get())
      alarm(put)
      print(coroutine.wrap(function() return q:get(50) end)())
      print(heard:get())
      signal.signal(signal.SIGUSR1, function() end)
      local pid = ipc.getpid()
      ipc.spawn(function()
        dofile "spec/support/asleep.lua" "main"
        os.execute("kill -USR1 " .. pid)
        ipc.sleep(0.1) -- it would be killed meanwhile: only time can tell
        io.write "at the end\n"
      end)
    ]])
    assert.equal("1\ttrue\ngoes on\n2\ngoes on\n3\nat the end\nstatus 0\n", output)
  end)

  it("is not slept over where it comes as a wait begins", function()
    if not pcall(require, "posix.signal") then return pending "luaposix is not installed for this Lua" end
    local output = run([[
      local ipc, signal = require "tidelock", require "posix.signal"
      local ask, q, pid = ipc.queue(), ipc.queue(), ipc.getpid()
      signal.signal(signal.SIGUSR1, function() q:put(true) end)
      ipc.spawn(function() for _ in ask:items() do signal.kill(pid, signal.SIGUSR1) end end)
      for n = 1, 3000 do
        ask:put(n)
        if not q:get(50) then print("lost", n) end
      end
      ask:close()
    ]], [[timeout 120 taskset -c 0 "$T" "$S"]])
    assert.equal("status 0\n", output)
  end)

  it("is not slept over where other threads run", function()
    if not pcall(require, "posix.signal") then return pending "luaposix is not installed for this Lua" end
    local output = run([[
      local ipc, signal = require "tidelock", require "posix.signal"
      local ask, q, pid = ipc.queue(), ipc.queue(), ipc.getpid()
      ipc.thread{ target = function() require "tidelock".sleep(100) end, daemon = true }:start()
      signal.signal(signal.SIGUSR1, function() q:put(true) end)
      ipc.spawn(function() for _ in ask:items() do signal.kill(pid, signal.SIGUSR1) end end)
      for n = 1, 8000 do
        ask:put(n)
        if not q:get(30) then print("lost", n) break end
      end
      ask:close()
    ]])
    assert.equal("status 0\n", output)
  end)

  it("is not slept over by a wait for a descriptor where other threads run", function()
    if not pcall(require, "posix.signal") then return pending "luaposix is not installed for this Lua" end
    local output = run([[
      local ipc, signal = require "tidelock", require "posix.signal"
      local address, ack, pid = "unix:" .. arg[0] .. ".s", ipc.queue(), ipc.getpid()
      local l = ipc.listen(address)
      ipc.thread{ target = function() require "tidelock".sleep(100) end, daemon = true }:start()
      signal.signal(signal.SIGUSR1, function() ack:put(true) end)
      ipc.spawn(function()
        local c = ipc.connect(address)
        for n = 1, 16000 do
          c:send "next"
          signal.kill(pid, signal.SIGUSR1)
          if not ack:get(30) then print("lost", n) break end
        end
        c:send "end"
      end)
      local c = l:accept()
      while c:recv() ~= "end" do end
    ]])
    assert.equal("status 0\n", output)
  end)

  it("is heard where it comes while another's handler runs, in a coroutine too", function()
    if not pcall(require, "posix.signal") then return pending "luaposix is not installed for this Lua" end
    local output = run([[
      local ipc, signal = require "tidelock", require "posix.signal"
      local pid, started, sent, second, over = ipc.getpid(), ipc.event(), ipc.event(), ipc.event(), ipc.event()
      signal.signal(signal.SIGUSR1, function()
        started:set()
        while not sent:is_set() do end
      end)
      signal.signal(signal.SIGUSR2, function() second:set() end)
      local p = ipc.spawn(function()
        for n = 1, 10 do
          dofile "spec/support/asleep.lua" "main"
          started:clear() sent:clear() second:clear()
          signal.kill(pid, signal.SIGUSR1)
          if not started:wait(50) then print("first lost", n) end
          signal.kill(pid, signal.SIGUSR2)
          sent:set()
          if not second:wait(30) then print("second lost", n) break end
        end
        over:set()
      end)
      coroutine.wrap(function() over:wait() end)()
      p:join()
    ]])
    assert.equal("status 0\n", output)
  end)

  it("is looked for by no call of the script's", function()
    local output = run([[
      local ipc = require "tidelock"
      setmetatable(package.loaded, { __index = function() error "called in a wait" end })
      print(ipc.queue():get(0.01))
    ]])
    assert.equal("nil\tempty\nstatus 0\n", output)
  end)

  it("hides no deadlock where no descriptor is free", function()
    if not pcall(require, "posix.signal") then return pending "luaposix is not installed for this Lua" end
    local output = run([[
      local ipc = require "tidelock"
      require "posix.signal"
      local q, files = ipc.queue(), {}
      repeat
        local file = io.open "/dev/null"
        files[#files + 1] = file
      until not file
      ipc.spawn(function() q:get() end)
      q:get()
    ]], [[ulimit -n 200; timeout 20 "$T" "$S"]])
    assert.matches("deadlock", output)
    assert.matches("status 3\n$", output)
  end)

  it("raises what its handler raises, as the stock interpreter's", function()
    local output = run([[
      local ipc = require "tidelock"
      local main = ipc.current()
      ipc.spawn(function()
        dofile "spec/support/asleep.lua"("main", "sleeping")
        main:signal(2)
      end)
      print(pcall(ipc.sleep, 20))
      print(ipc.spawn(function() return "goes on" end):result())
    ]], 'timeout 60 lua' .. _VERSION:sub(5) .. ' "$S"')
    assert.matches("^false\t[^\n]*interrupted!\ngoes on\nstatus 0\n$", output)
  end)
end)

describe("a hook of the script", function()
  for kind, set in pairs{ line = "debug.sethook(hook, 'l')", count = "debug.sethook(hook, '', 100)",
    call = "debug.sethook(hook, 'c')" } do
    it("is called in its processes too: " .. kind, function()
      local output = run(([[
        local ipc = require "tidelock"
        local counts = {}
        local function hook(event) counts[event] = (counts[event] or 0) + 1 end
        local function work() for _ = 1, 1000 do math.abs(1) end end
        %s
        local function inside()
          counts = {}
          work()
          return counts.%s or 0
        end
        print(ipc.spawn(inside):result() > 5, ipc.pool(1):apply(function() return debug.gethook() ~= nil end))
        print(coroutine.wrap(function()
          %s
          return ipc.spawn(inside):result() > 5
        end)())
        debug.sethook()
        print(ipc.spawn(inside):result() == 0)
      ]]):format(set, kind, set))
      assert.equal("true\ttrue\ntrue\ntrue\nstatus 0\n", output)
    end)
  end
end)

describe("a thread that the runtime did not make", function()
  it("is told that it is one", function()
    local output = run([[
      local ipc = require "tidelock"
      local luv = require "luv"
      local thread = luv.new_thread(function(path, cpath)
        package.path, package.cpath = path, cpath
        local ipc = require "tidelock"
        local ok, why = pcall(function() return ipc.queue() end)
        print(ok, why)
      end, package.path, package.cpath)
      thread:join()
    ]], 'LUA_CPATH="' .. (os.getenv "LUA_CPATH" or ";;") .. '" timeout 60 lua' .. _VERSION:sub(5) .. ' "$S"')
    assert.matches("^false\t.*this thread is not the runtime's: use ipc.thread", output)
    assert.matches("status 0\n$", output)
  end)
end)
