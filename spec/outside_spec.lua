-- What comes to a program from outside: signals, hooks, threads of others.

local tidelock = os.getenv "TIDELOCK" or "./tidelock"

local function run(script, line)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(script)
  file:close()
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
    local function alarm(seconds)
      return ipc.command{ "sh", "-c", "sleep " .. seconds .. "; kill -USR1 " .. ipc.getpid() }
    end
  ]]

  it("runs its handler while the task waits, and the wait goes on", function()
    if not pcall(require, "posix.signal") then return pending "luaposix is not installed for this Lua" end
    local output = run(BEGIN .. [[
      local heard = 0
      signal.signal(signal.SIGUSR1, function() heard = heard + 1 end)
      local c = alarm(0.1)
      local began = ipc.now()
      ipc.sleep(0.5)
      print(heard, ipc.now() - began >= 0.5)
      c = alarm(0.1)
      print(ipc.queue():get(0.5))
      print(heard)
      c = alarm(0.1)
      print(coroutine.wrap(function() return ipc.queue():get(0.5) end)())
      print(heard)
      c = alarm(0.1)
      local p = ipc.spawn(function() ipc.sleep(0.4) end)
    ]])
    assert.equal("1\ttrue\nnil\tempty\n2\nnil\tempty\n3\nstatus 0\n", output)
  end)

  it("raises what its handler raises, as the stock interpreter's", function()
    local output = run([[
      local ipc = require "tidelock"
      local c = ipc.command{ "sh", "-c", "sleep 0.1; kill -INT " .. ipc.getpid() }
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
