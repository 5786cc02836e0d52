-- The simulated world as scripts see it: a clock that is a number, turns that a seed decides, and tasks that end by
-- every means.
local simulated = dofile "spec/support/simulate/simulated.lua"
local twice, writes, writes_outside = simulated.twice, simulated.writes, simulated.writes_outside

-- In a script: the pid that the kernel has for this process.
local REAL_PID = [[
  local function real_pid()
    local file = io.open("/proc/self/stat")
    local pid = file:read("n")
    file:close()
    return pid
  end
]]

describe("the clock of a simulation", function()
  it("jumps over what nobody can do anything in", function()
    local began = os.time()
    writes("86400000000000\t86400\t86400.0\t00:00:00\n", [[
      local now, time = ipc.now(), os.time()
      ipc.sleep(86400)
      print(math.floor((ipc.now() - now) * 1e9 + 0.5), os.time() - time, os.clock(), os.date("!%H:%M:%S"))
    ]])
    assert.truthy(os.time() - began < 3600)
  end)

  it("goes from deadline to deadline, in their order", function()
    writes("1 2 3 4 5 6 7 8 9 10\n", [[
      local q, order = ipc.queue(), { 7, 3, 10, 1, 5, 9, 2, 8, 6, 4 }
      for i, n in ipairs(order) do
        ipc[i % 2 == 0 and "spawn" or "spawn_thread"](function()
          ipc.sleep(n / 1000)
          assert(math.floor(ipc.now() * 1e9 + 0.5) == n * 1000000)
          q:put(n)
        end)
      end
      local came = {}
      for i = 1, #order do came[i] = q:get() end
      print(table.concat(came, " "))
    ]])
  end)

  it("does not move while somebody can run", function()
    writes("0.0\n", [[
      local q, n = ipc.queue(2), 300
      local child = ipc.spawn(function() for i = 1, n do q:put(i) end end)
      for i = 1, n do assert(q:get() == i) end
      child:join()
      print(ipc.now())
    ]])
  end)

  it("moves in the end where a task only reads it", function()
    writes("true\n", "while ipc.now() < 5 do end print(ipc.now() < 6)")
  end)

  for name, poll in pairs{
    ["with yield"] = "while child:is_alive() do ipc.yield() end",
    ["with a timeout of 0"] = "while not q:get(0) do end",
    ["with is_alive"] = "while child:is_alive() do end",
    ["with a short timeout"] = "while not q:get(1) do end",
  } do
    it("comes to the hour at which another wakes though one polls " .. name, function()
      writes("true\n", ([[
        local q = ipc.queue()
        local child = ipc.spawn(function()
          ipc.sleep(3600)
          q:put("a message")
        end)
        %s
        print(ipc.now() >= 3600 and ipc.now() < 3602)
      ]]):format(poll))
    end)
  end
end)

describe("a seed", function()
  local code = [[
    local tasks, drawn = {}, {}
    for i = 1, 20 do
      tasks[i] = ipc[i % 2 == 0 and "spawn" or "spawn_thread"](function()
        ipc.sleep(math.random())
        return math.random(1000)
      end)
    end
    for i = 1, 20 do drawn[i] = tasks[i]:result() end
    print(table.concat(drawn, " "), ipc.now())
    for key in pairs{ apple = 1, pear = 2, quince = 3, cherry = 4, [{}] = 5, [print] = 6 } do
      io.write(type(key) == "string" and key or type(key), " ")
    end
  ]]

  it("decides what all tasks draw, and the order of pairs", function()
    for seed = 1, simulated.SEEDS do assert.equal(0, (select(3, twice(code, seed)))) end
  end)

  it("other than that draws other numbers, and each task its own", function()
    local drawn = (simulated.run(code, 1))
    assert.not_equal(drawn, (simulated.run(code, 2)))
    local different, count = {}, 0
    for n in drawn:match("[^\t]+"):gmatch "%d+" do
      if not different[n] then different[n], count = true, count + 1 end
    end
    assert.truthy(count > 10, drawn)
  end)

  it("decides who comes first", function()
    local firsts = {}
    for seed = 1, 20 do
      firsts[simulated.run([[
        local q = ipc.queue()
        for i = 1, 3 do ipc.spawn(function() q:put(i) end) end
        print(q:get())
      ]], seed)] = true
    end
    assert.same({ ["1\n"] = true, ["2\n"] = true, ["3\n"] = true }, firsts)
  end)
end)

describe("a simulated process", function()
  it("has the next number for its pid, and 0 is the parent of the first", function()
    writes("1 0\n2 2 1\n3 3 1\n4 4 1\n", [[
      print(ipc.getpid() .. " " .. ipc.getppid())
      local children = {}
      for i = 1, 3 do children[i] = ipc.spawn(function() return ipc.getpid() .. " " .. ipc.getppid() end) end
      for i = 1, 3 do print(children[i].pid .. " " .. children[i]:result()) end
    ]])
  end)

  for name, case in pairs{
    ["by kill"] = { -9, "box:get() ipc.sleep()", "child:kill()" },
    ["by terminate"] = { -15, "box:get() ipc.sleep()", "child:terminate()" },
    ["by kill in the midst of its work"] = { -9, "while true do box:put(1) box:get() end", "child:kill()" },
    ["by kill at its deadline"] = { -9, "box:get() ipc.sleep(1) ipc.sleep()", "child:kill()" },
    ["by kill while it is stopped"] = { -9, "box:get() ipc.sleep()", "child:suspend() ipc.sleep(1) child:kill()" },
    ["by its own kill"] = { -9, "box:get():kill() ipc.sleep()" },
    ["by its own terminate"] = { -15, "box:get():terminate() ipc.sleep()" },
    ["by os.exit"] = { 7, "box:get() os.exit(7)" },
    ["by os.exit in a function called by pcall"] = { 8, "box:get() pcall(os.exit, 8)" },
    ["by os.exit(false, true)"] = { 1, "box:get() os.exit(false, true)" },
    ["in order"] = { 0, "box:get() ipc.sleep(1)" },
  } do
    it("ends " .. name, function()
      writes(("true %d\n"):format(case[1]), ([[
        local box = ipc.queue()
        local child = ipc.spawn(function() %s end)
        box:put(child)
        ipc.sleep(1)
        %s
        print(tostring(child:join(5)) .. " " .. child.exitcode)
      ]]):format(case[2], case[3] or ""))
    end)
  end

  it("that fails tells its error, as ever", function()
    local out, err, status = twice([[
      local child = ipc.process{ name = "cook", target = function() error "salt is out" end }:start()
      child:join()
      print(child.exitcode)
    ]], 1)
    assert.same({ "1\n", 0 }, { out, status })
    assert.matches('tidelock: process "cook" %(pid 2%) failed: .*salt is out', err)
  end)

  it("that crashes leaves what it held, abandoned", function()
    writes_outside("true\tabandoned\ttrue\t-4\t1.0\n", [[
      local lock = ipc.lock()
      local child = ipc.spawn(function()
        lock:acquire()
        os.execute "kill -ILL $PPID"
        ipc.sleep(10)
      end)
      ipc.sleep(1)
      local ok, why = lock:acquire()
      print(ok, why, child:join(), child.exitcode, ipc.now())
    ]])
  end)

  it("stands still between suspend and resume, while time passes", function()
    writes("4 4 7\ntrue -9 106.0\n", [[
      local n = ipc.value(0)
      local child = ipc.spawn(function()
        while true do
          n:add(1)
          ipc.sleep(1)
        end
      end)
      ipc.sleep(3.5)
      local before = n:get()
      child:suspend()
      ipc.sleep(100)
      local meanwhile = n:get()
      child:resume()
      ipc.sleep(2.5)
      print(before .. " " .. meanwhile .. " " .. n:get())
      child:kill()
      print(tostring(child:join()) .. " " .. child.exitcode .. " " .. ipc.now())
    ]])
  end)

  it("that is a daemon ends with the program, and a thread that is one", function()
    writes("the end\n", [[
      for _, kind in ipairs{ "process", "thread" } do
        ipc[kind]{ daemon = true, target = function() while true do ipc.sleep(1) end end }:start()
      end
      ipc.sleep(5)
      print "the end"
    ]])
  end)

  it("takes its daemons with it when it is killed", function()
    writes("10 true\n", [[
      local q, ready = ipc.queue(), ipc.event()
      local child = ipc.spawn(function()
        for _ = 1, 3 do
          ipc.process{ daemon = true, target = function()
            while true do
              q:put(1)
              ipc.sleep(1)
            end
          end }:start()
        end
        ready:set()
        ipc.sleep()
      end)
      ready:wait()
      ipc.sleep(2.5)
      child:kill()
      child:join()
      ipc.sleep(10)
      local n = 0
      while q:get(0) do n = n + 1 end
      print(n + 1 .. " " .. tostring(ipc.now() < 13))
    ]])
  end)

  it("is joined by the end of the program, where it is none", function()
    writes("the parent\nthe child 100.0\n", [[
      ipc.spawn(function()
        ipc.sleep(100)
        print("the child " .. ipc.now())
      end)
      io.stdout:setvbuf "no"
      print "the parent"
    ]])
  end)
end)

describe("kill -9 by a shell", function()
  local wait = REAL_PID .. [[
    local q, ready = ipc.queue(), ipc.queue()
    local child = ipc.spawn(function()
      ready:put(real_pid())
      ipc.sleep(1)
      %s
    end)
    local file = assert(io.open(arg[0] .. ".pid", "w"))
    file:write(ready:get())
    file:close()
    io.stdout:setvbuf "no"
    print "ready"
    print(child:join(), child.exitcode)
  ]]

  for name, case in pairs{
    ["that sleeps while others go on and on"] = "ipc.event():wait()",
    ["that goes on and on"] = "while true do q:put(1) q:get() end",
    ["that has the turn, and computes"] = "while true do end",
  } do
    it("of a child " .. name .. " is heard within a second", function()
      local code = wait:format(case)
      if case:find "event" then
        code = code:gsub("print%(child:join%(%)", "while child:is_alive() do ipc.sleep(1) end %0")
      end
      local out, status = simulated.in_background(code, 3, function(path)
        -- it may not have come to what it is to do
        return "sleep 0.2; kill -9 $(cat " .. path .. ".pid)"
      end)
      assert.same({ "ready\ntrue\t-9\n", 0 }, { out, status })
    end)
  end
end)

describe("signals of luaposix", function()
  local function posix(name, wanted, code)
    it(name, function()
      if _VERSION ~= "Lua 5.3" then return pending "luaposix is packaged for Lua 5.3" end
      writes_outside(wanted, "local signal = require 'posix.signal' local got = ipc.queue()\n" .. code)
    end)
  end

  posix("are handled during a sleep, which then goes on", "usr1 1.0\n10.0\n", [[
    local child = ipc.spawn(function()
      signal.signal(signal.SIGUSR1, function() got:put "usr1" end)
      got:put "ready"
      ipc.sleep(10)
      return ipc.now()
    end)
    got:get()
    ipc.sleep(1)
    child:signal(signal.SIGUSR1)
    print(got:get() .. " " .. ipc.now())
    print(child:result())
  ]])

  posix("can end the process in their own way", "term\ntrue 5\n", [[
    local child = ipc.spawn(function()
      signal.signal(signal.SIGTERM, function() got:put "term" os.exit(5) end)
      got:put "ready"
      ipc.sleep()
    end)
    got:get()
    ipc.sleep(1)
    child:terminate()
    print(got:get())
    print(tostring(child:join()) .. " " .. child.exitcode)
  ]])

  posix("can be ignored", "true 0 5.0\n", [[
    local child = ipc.spawn(function()
      signal.signal(signal.SIGTERM, signal.SIG_IGN)
      got:put "ready"
      ipc.sleep(5)
    end)
    got:get()
    ipc.sleep(1)
    child:terminate()
    print(tostring(child:join()) .. " " .. child.exitcode .. " " .. ipc.now())
  ]])
end)

describe("simulated threads", function()
  it("take turns with processes, and can be cancelled", function()
    writes("true\tnil\tcancelled\t1.0\n", [[
      local thread = ipc.thread(function() ipc.sleep() end):start()
      ipc.sleep(1)
      thread:cancel()
      local ok, first, why = pcall(thread.result, thread)
      print(ok, first, why, ipc.now())
    ]])
  end)

  it("lose no update under a lock, and some without one with some seed", function()
    local code = [[
      local n, lock, threads = ipc.value(0), ipc.lock(), {}
      local function add()
        for _ = 1, 10 do %s n:set(n:get() + 1) %s end
      end
      for i = 1, 4 do threads[i] = ipc.spawn_thread(add) end
      for i = 1, 4 do threads[i]:join() end
      print(n:get() == 40)
    ]]
    writes("true\n", code:format("lock:acquire()", "lock:release()"))
    assert.equal("false\n", (twice(code:format("", ""), 1)))
  end)
end)
