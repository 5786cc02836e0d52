-- ipc.on_signal: functions of the script for signals.
local shell = dofile "spec/support/shell.lua"

local BEGIN = [[
  local ipc = require "tidelock"
  local main, pid = ipc.current(), ipc.getpid()
  local function kill(name) os.execute("kill -" .. name .. " " .. pid) end -- the shell's own kill
]]

local function run(code, option, limit)
  local out, err, status = shell.script(BEGIN .. code, "", limit or 60, option)
  return out .. err .. "status " .. status .. "\n"
end

describe("ipc.on_signal", function()
  it("calls the function while Lua runs, with the signal's name", function()
    assert.equal("TERM\nUSR1\nstatus 0\n", run [[
      local names = {}
      local function note(name) names[#names + 1] = name end
      ipc.on_signal("TERM", note)
      ipc.on_signal("SIGUSR1", note)
      kill "TERM"
      while #names < 1 do end
      kill "USR1"
      while #names < 2 do end
      print(table.concat(names, "\n"))]])
  end)

  it("calls it in a wait, which goes on", function()
    assert.equal("1\ttrue\n2\tgoes on\n3\tin a coroutine\nstatus 0\n", run [[
      local heard, q = 0, ipc.queue()
      ipc.on_signal("USR1", function() heard = heard + 1 end)
      local function later(f, ...)
        ipc.spawn(function(...)
          dofile "spec/support/asleep.lua"("main")
          main:signal(10)
          f(...)
        end, ...)
      end
      local began
      later(function() end)
      repeat
        began = ipc.now()
        ipc.sleep(0.5)
      until heard > 0
      print(heard, ipc.now() - began >= 0.5)
      later(function(v) ipc.sleep(0.05) q:put(v) end, "goes on")
      local v = q:get(20)
      print(heard, v)
      later(function(v) ipc.sleep(0.05) q:put(v) end, "in a coroutine")
      v = coroutine.wrap(function() return q:get(20) end)()
      print(heard, v)]])
  end)

  it("may end a wait without end by what the function does, with no word of a deadlock", function()
    assert.equal("stopped\nstatus 0\n", run [[
      local stop = ipc.event()
      ipc.on_signal("TERM", function() stop:set() end)
      os.execute("(sleep 1; kill -TERM " .. pid .. ") >/dev/null 2>&1 &") -- nobody of the program could end the wait
      stop:wait()
      print "stopped"]])
  end)

  it("ends the wait by what the function raises", function()
    assert.equal("false\tenough\nfalse\tagain\n1\nstatus 0\n", run [[
      ipc.on_signal("TERM", function() error("enough", 0) end)
      ipc.spawn(function() dofile "spec/support/asleep.lua"("main") main:signal(15) end)
      print(pcall(ipc.sleep, 20))
      ipc.on_signal("TERM", function() error("again", 0) end)
      print(pcall(function() kill "TERM" while true do end end))
      local q = ipc.queue()
      q:put(1)
      print(q:get(1))]])
  end)

  it("calls it in a coroutine that computes, as its next operation begins", function()
    assert.equal("true\nstatus 0\n", run [[
      local heard, v = false, ipc.value(0)
      ipc.on_signal("USR2", function() heard = true end)
      coroutine.wrap(function()
        kill "USR2"
        local limit = ipc.now() + 20
        while not heard and ipc.now() < limit do v:get() end
      end)()
      print(heard)]])
  end)

  it("gives back what was before by nil", function()
    assert.matches("^1\n.*status 143\n$", run [[
      local heard = 0
      ipc.on_signal("TERM", function() heard = heard + 1 end)
      kill "TERM"
      while heard == 0 do end
      print(heard)
      io.stdout:flush()
      ipc.on_signal("TERM", nil)
      kill "TERM"
      ipc.sleep(20)]])
    assert.equal("tidelock: interrupted\nstatus 130\n", run [[
      ipc.on_signal("INT", function() end)
      ipc.on_signal("INT")
      ipc.spawn(function() main:signal(2) ipc.sleep(20) end)
      ipc.sleep(20)]])
  end)

  it("hears Ctrl-C in the place of the program's end", function()
    assert.equal("INT\nstatus 0\n", run [[
      local name
      ipc.on_signal("INT", function(n) name = n end)
      ipc.spawn(function() main:signal(2) end) -- os.execute ignores it, as system(3) does
      while not name do end
      print(name)]])
  end)

  it("is not what a child begins with, but can have its own", function()
    assert.equal("-15\nheard TERM\n0\nstatus 0\n", run [[
      ipc.on_signal("TERM", function() print "the parent's" end)
      local p = ipc.spawn(ipc.sleep)
      p:terminate()
      p:join()
      print(p.exitcode)
      local ready = ipc.event()
      p = ipc.spawn(function()
        local stop = ipc.event()
        ipc.on_signal("TERM", function(name) print("heard " .. name) stop:set() end)
        ready:set()
        stop:wait(20)
      end)
      ready:wait()
      p:terminate()
      p:join()
      print(p.exitcode)]])
  end)

  it("reaches the main thread of the process alone", function()
    local output = run [[
      local heard = 0
      ipc.on_signal("USR1", function() heard = heard + 1 end)
      print(ipc.spawn_thread(function()
        local ok, message = pcall(require "tidelock".on_signal, "TERM", print)
        return ok, message
      end):result())
      local t = ipc.spawn_thread(function() require "tidelock".sleep(1) end)
      for n = 1, 200 do
        kill "USR1"
        local limit = ipc.now() + 50
        while heard < n do
          ipc.sleep(0.001)
          if ipc.now() > limit then error("lost " .. n) end
        end
      end
      print(heard)
      t:join()]]
    assert.matches("^false\t[^\n]*main thread[^\n]*\n200\nstatus 0\n$", output)
  end)

  it("goes on while the main script waits for its children at its end", function()
    assert.equal("heard\ndone\ntidelock: a function for a signal failed: no more\nstatus 0\n", run [[
      ipc.on_signal("USR1", function() print "heard" end)
      ipc.on_signal("USR2", function() error("no more", 0) end)
      ipc.spawn(function()
        dofile "spec/support/asleep.lua"("main")
        main:signal(10)
        ipc.sleep(0.3) -- only time can tell that it was not ended
        main:signal(12)
        ipc.sleep(0.3)
        print "done"
      end)]])
  end)

  it("calls functions one after the other", function()
    assert.equal("a b a b\nstatus 0\n", run [[
      local order = {}
      ipc.on_signal("USR1", function()
        order[#order + 1] = "a"
        if #order == 1 then kill "USR2" kill "USR1" end
        ipc.sleep(0.05)
        order[#order + 1] = "b"
      end)
      ipc.on_signal("USR2", function() end)
      kill "USR1"
      local limit = ipc.now() + 50
      while #order < 4 and ipc.now() < limit do end
      print(table.concat(order, " "))]])
  end)

  it("loses none, whenever it comes", function()
    assert.equal("3000\nstatus 0\n", run([[
      local ask, q, n = ipc.queue(), ipc.queue(), 0
      ipc.on_signal("USR1", function() q:put(true) end)
      ipc.spawn(function() for _ in ask:items() do main:signal(10) end end)
      for i = 1, 3000 do
        ask:put(i)
        if not q:get(20) then print("lost", i) break end
        n = i
      end
      ask:close()
      print(n)]], nil, 100))
  end)

  it("keeps the script's own hook", function()
    assert.equal("true\ttrue\nstatus 0\n", run [[
      local lines, heard = 0, false
      local function count() lines = lines + 1 end
      debug.sethook(count, "l")
      ipc.on_signal("USR1", function() heard = true end)
      kill "USR1"
      while not heard do end
      local before = lines
      for _ = 1, 10 do
        heard = true
      end
      print(debug.gethook() == count, lines > before + 9)]])
  end)

  it("refuses what no script can have, and says what to do", function()
    local output = run [[
      for _, name in ipairs{ "KILL", "SIGSTOP", "URG", "CHLD", "SEGV", "NONE", "TERM\0" } do
        print(select(2, pcall(ipc.on_signal, name, print)))
      end
      print(select(2, pcall(ipc.on_signal, 15, print)))
      print(select(2, pcall(ipc.on_signal, "TERM", 1)))]]
    for _, pattern in ipairs{ "KILL cannot be had: .*terminate", "STOP cannot be had", "URG cannot be had",
      "CHLD cannot be had: .*ipc.wait", "SEGV cannot be had", "no signal \"NONE\".*HUP, INT", "no signal \"TERM",
      "a name of a signal",
      "a function or nil is expected, not a number" } do
      assert.matches(pattern == "a name of a signal" and "the name of a signal is expected.*not a number" or pattern,
        output)
    end
  end)

  it("is the same each time in a simulation", function()
    local code = [[
      local out, ready = ipc.queue(), ipc.latch(3)
      for i = 1, 3 do
        ipc.spawn(function()
          local n = 0
          ipc.on_signal("USR1", function() n = n + 1 out:put(i .. " heard") end)
          ready:count_down()
          while n < 2 do ipc.sleep(0.01) end
          out:put(i .. " ends")
        end)
      end
      ready:wait()
      for _ = 1, 2 do
        for _, p in ipairs(ipc.children()) do p:signal(10) end
        ipc.sleep(1)
      end
      for _ = 1, 9 do io.write(out:get(), "\n") end]]
    local seen = {}
    for seed = 1, 6 do
      local first = run(code, "--sim=" .. seed)
      assert.matches("status 0\n$", first)
      assert.equal(first, run(code, "--sim=" .. seed))
      seen[first] = true
    end
    assert.truthy(next(seen, next(seen)), "all seeds give the same order")
  end)

  it("leaves a simulation its deadlocks", function()
    assert.matches("deadlock.*status 3\n$", run([[
      ipc.on_signal("USR1", print)
      ipc.queue():get()]], "--sim=1"))
  end)
end)

describe("ipc.signal", function()
  it("is waited for among others, and stays ready until it is got", function()
    assert.equal("true\ttrue\ntrue\nTERM\nnil\ttimeout\nstatus 0\n", run [[
      local q = ipc.queue()
      ipc.signal "TERM" -- from here on
      ipc.spawn(function() dofile "spec/support/asleep.lua"("main") main:signal(15) end)
      local ready = ipc.wait({ q, ipc.signal "TERM" }, 20)
      print(#ready == 1, ready[1] == ipc.signal "SIGTERM")
      print(ipc.wait({ q, ipc.signal "TERM" }, 0)[1] == ready[1])
      print(ready[1]:get(0))
      print(ready[1]:get(0))]])
  end)

  it("is received with messages, in their turn", function()
    assert.equal("1 2 TERM\nstatus 0\n", run [[
      local q, got = ipc.queue(), {}
      local s = ipc.signal "TERM"
      q:put(1)
      q:put(2)
      for n = 1, 2 do got[n] = ipc.receive({ q, s }, 20) end
      ipc.spawn(function() dofile "spec/support/asleep.lua"("main") main:signal(15) end)
      got[3] = ipc.receive({ q, s }, 20)
      print(table.concat(got, " "))]])
  end)

  it("is noted where it comes between two waits", function()
    assert.equal("USR1\nstatus 0\n", run [[
      local s = ipc.signal "USR1"
      kill "USR1"
      print(s:get(20))]])
  end)

  it("goes with a function, which is called besides", function()
    assert.equal("called USR1\nUSR1\nstatus 0\n", run [[
      local s = ipc.signal "USR1"
      ipc.on_signal("USR1", function(name) print("called " .. name) end)
      ipc.spawn(function() dofile "spec/support/asleep.lua"("main") main:signal(10) end)
      print(s:get(20))]])
  end)

  it("gives back what was before when it is closed, but not while there is a function", function()
    assert.matches("^called\n.*status 143\n$", run [[
      local s = ipc.signal "TERM"
      ipc.on_signal("TERM", function() io.write "called\n" io.stdout:flush() end)
      s:close()
      assert(not pcall(s.get, s))
      kill "TERM"
      ipc.sleep(0)
      ipc.on_signal("TERM", nil)
      kill "TERM"
      ipc.sleep(20)]])
  end)

  it("is none of a child's, which may ask for its own", function()
    assert.equal("-15\nfalse\nTERM\nstatus 0\n", run [[
      local s = ipc.signal "TERM"
      local p = ipc.spawn(ipc.sleep)
      p:terminate()
      p:join()
      print(p.exitcode)
      print(ipc.spawn(function() return (pcall(s.get, s, 0)) end):result())
      local ready = ipc.event()
      p = ipc.spawn(function()
        local own = ipc.signal "TERM"
        ready:set()
        return own:get(20)
      end)
      ready:wait()
      p:terminate()
      print(p:result())]])
  end)

  it("loses none, whenever it comes", function()
    assert.equal("3000\nstatus 0\n", run([[
      local ask, s, n = ipc.queue(), ipc.signal "USR1", 0
      ipc.spawn(function() for _ in ask:items() do main:signal(10) end end)
      for i = 1, 3000 do
        ask:put(i)
        if not s:get(20) then print("lost", i) break end
        n = i
      end
      ask:close()
      print(n)]], nil, 100))
  end)

  it("is the same each time in a simulation", function()
    local code = [[
      local out, ready = ipc.queue(), ipc.latch(2)
      for i = 1, 2 do
        ipc.spawn(function()
          local s = ipc.signal "USR1"
          ready:count_down()
          for _ = 1, 2 do out:put(i .. " " .. tostring(s:get(5))) end
        end)
      end
      ready:wait()
      for _ = 1, 2 do
        for _, p in ipairs(ipc.children()) do p:signal(10) end
        ipc.sleep(1)
      end
      for _ = 1, 4 do io.write(out:get(), "\n") end]]
    for seed = 1, 4 do
      local first = run(code, "--sim=" .. seed)
      assert.matches("^%d USR1\n%d USR1\n%d USR1\n%d USR1\nstatus 0\n$", first)
      assert.equal(first, run(code, "--sim=" .. seed))
    end
  end)

  it("has no descriptor for other loops, and says so", function()
    assert.matches("signal \"TERM\": has not come has no descriptor", run [[print(pcall(ipc.fd, ipc.signal "TERM"))]])
  end)
end)
