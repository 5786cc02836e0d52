-- The simulated world as scripts see it: a clock that is a number, turns that a seed decides, tasks that end by every
-- means, and what is outside.
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"

local SEEDS = rounds(4)
local PATIENCE = 10 -- seconds of real time, for what takes hundredths

local function contents(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  os.remove(path)
  return text
end

local function with_file(code, fn)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write("local ipc = require 'tidelock'\n", code)
  file:close()
  local out, err, status = fn(path)
  os.remove(path)
  return out, err, status
end

-- Runs the code in a simulation.
local function simulate(code, seed, options)
  return with_file(code, function(path)
    return shell.run(("%s --sim=%d %s %s"):format(shell.tidelock, seed or 1, options or "", path), PATIENCE)
  end)
end

-- The same twice: it must be the same in all that it writes, and in its steps.
local function twice(code, seed)
  return with_file(code, function(path)
    local runs = {}
    for i = 1, 2 do
      local steps = path .. ".steps"
      local out, err, status = shell.run(("%s --sim=%d --steps %s %s"):format(shell.tidelock, seed, steps, path),
        PATIENCE)
      runs[i] = { out = out, err = err, status = status, steps = contents(steps) }
    end
    assert.same(runs[1], runs[2])
    return runs[1].out, runs[1].err, runs[1].status
  end)
end

-- It writes exactly that and ends well, with several seeds, each twice.
local function writes(wanted, code)
  for seed = 1, SEEDS do
    local out, err, status = twice(code, seed)
    assert.same({ wanted, "", 0 }, { out, err, status }, "--sim=" .. seed)
  end
end

-- The same of what is outside of the simulation, and so not exact.
local function writes_outside(wanted, code)
  for seed = 1, SEEDS do
    local out, err, status = simulate(code, seed)
    assert.same({ wanted, 0 }, { out, status }, "--sim=" .. seed .. "\n" .. err)
  end
end

-- Starts the code in the background; `fn` gets a function that signals its main process.  What it wrote, its status,
-- and how many seconds it took from then on.
local function in_background(code, fn)
  local out, err, status = with_file(code, function(path)
    return shell.run(([[
      timeout %d env --default-signal=INT %s --sim=1 %s >%s.out 2>&1 &
      for i in $(seq 100); do grep -q ready %s.out 2>/dev/null && break; sleep 0.05; done
      began=$(date +%%s%%N)
      %s
      wait $!; status=$?
      took=$(( ($(date +%%s%%N) - began) / 1000000 ))
      cat %s.out; rm -f %s.*
      echo took $took >&2
      exit $status]]):format(PATIENCE, shell.tidelock, path, path, path, fn(path), path, path), 2 * PATIENCE)
  end)
  return out, tonumber(err:match "took (%d+)\n$") / 1000, status
end

-- In a script: the pid that the kernel has for this process.
local REAL_PID = [[
  local function real_pid()
    local file = io.open("/proc/self/stat")
    local pid = file:read("n")
    file:close()
    return pid
  end
]]

-- What takes some seconds, started in the background while the others run.
local slow = {}

function slow.start()
  slow.path = os.tmpname()
  local file = assert(io.open(slow.path, "w"))
  file:write [[
    local ipc = require "tidelock"
    local space = ipc.open("spec-thinker-" .. arg[0]:match "%w+$") -- where main waits, also after it has told
    local answers = space.queue "answers"
    ipc.process{ name = "thinker", target = function() os.execute "sleep 6" answers:put(42) end }:start()
    print("answer", answers:get())
    space:remove()
  ]]
  file:close()
  os.execute(("(timeout 60 %s --sim=1 %s >%s.out 2>&1; echo status $? >>%s.out; mv %s.out %s.over) </dev/null &")
    :format(shell.tidelock, slow.path, slow.path, slow.path, slow.path, slow.path))
end

function slow.finish()
  os.execute(("for i in $(seq 600); do test -f %s.over && break; sleep 0.1; done"):format(slow.path))
  os.remove(slow.path)
  return contents(slow.path .. ".over")
end

setup(slow.start)

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
    for seed = 1, SEEDS do assert.equal(0, (select(3, twice(code, seed)))) end
  end)

  it("other than that draws other numbers, and each task its own", function()
    local drawn = (simulate(code, 1))
    assert.not_equal(drawn, (simulate(code, 2)))
    local different, count = {}, 0
    for n in drawn:match("[^\t]+"):gmatch "%d+" do
      if not different[n] then different[n], count = true, count + 1 end
    end
    assert.truthy(count > 10, drawn)
  end)

  it("decides who comes first", function()
    local firsts = {}
    for seed = 1, 20 do
      firsts[simulate([[
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
      local out, took, status = in_background(code, function(path)
        -- it may not have come to what it is to do
        return "sleep 0.2; kill -9 $(cat " .. path .. ".pid)"
      end)
      assert.same({ "ready\ntrue\t-9\n", 0 }, { out, status })
      assert.truthy(took < 3, took) -- the machine may be slow
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

describe("a simulated pool", function()
  it("runs its tasks side by side in simulated time, and calls back", function()
    writes("true 210 7.7\n", [[
      local pool, sum = ipc.pool(3), 0
      for i = 1, 20 do
        pool:apply_async(function(x)
          ipc.sleep(x / 10)
          return x
        end, { i }, function(x) sum = sum + x end)
      end
      pool:close()
      print(tostring(pool:join()) .. " " .. sum .. " " .. ipc.now())
    ]])
  end)

  it("has as many workers on every machine, and maps in order", function()
    writes("1 4 9 16 25 36\n4 workers\n", [[
      local pool = ipc.pool()
      print(table.concat(pool:map(function(x) return x * x end, { 1, 2, 3, 4, 5, 6 }), " "))
      local seen, futures = {}, {}
      for i = 1, 16 do
        futures[i] = pool:submit(function()
          ipc.sleep(1)
          return ipc.getpid()
        end)
      end
      local n = 0
      for i = 1, 16 do
        local pid = futures[i]:get()
        if not seen[pid] then seen[pid], n = true, n + 1 end
      end
      print(n .. " workers")
    ]])
  end)

  it("replaces a worker that is killed, by cancel", function()
    writes("true\nfalse cancelled\n4 1.0\n", [[
      local pool = ipc.pool(2)
      local future = pool:submit(function() ipc.sleep(1000) end)
      ipc.sleep(1)
      print(future:cancel())
      local ok, why = pcall(future.get, future)
      print(tostring(ok) .. " " .. tostring(why):match "%a+$")
      print(pool:submit(function() return 4 end):get() .. " " .. ipc.now())
    ]])
  end)

  it("replaces a worker that is killed by others, and tells whose task it was", function()
    writes_outside("false died: killed by signal 9 (Killed)\n2 3\n", [[
      local pool = ipc.pool(2)
      local lost = pool:submit(function()
        os.execute "kill -9 $PPID"
        ipc.sleep(1)
      end)
      local other = pool:submit(function()
        ipc.sleep(1)
        return 2
      end)
      local ok, why = pcall(lost.get, lost)
      print(tostring(ok) .. " " .. tostring(why):match "died: .*")
      print(other:get() .. " " .. pool:submit(function() return 3 end):get())
    ]])
  end)
end)

describe("ipc.wait in a simulation", function()
  it("tells what is ready, at its time", function()
    writes("3.0 queue\n4.0 pipe\n5.0 event\n6.0 process\n7.0 thread\n12.0 timeout\n", [[
      local q, event, ours, theirs = ipc.queue(), ipc.event(), ipc.pipe()
      local child = ipc.spawn(function()
        ipc.sleep(3) q:put(1)
        ipc.sleep(1) theirs:send(2)
        ipc.sleep(1) event:set()
        ipc.sleep(1)
      end)
      local thread = ipc.spawn_thread(function() ipc.sleep(7) end)
      local list = { q, ours, event, child, thread }
      local names = { [q] = "queue", [ours] = "pipe", [event] = "event", [child] = "process", [thread] = "thread" }
      while #list > 0 do
        local ready = ipc.wait(list, 60)
        assert(#ready == 1 and ready[1] == list[1])
        print(ipc.now() .. " " .. names[table.remove(list, 1)])
      end
      local _, why = ipc.wait({ ipc.queue() }, 5)
      print(ipc.now() .. " " .. why)
    ]])
  end)
end)

describe("a space in a simulation", function()
  local function named(code, wanted, fn)
    local name = "simulated-" .. os.time() .. "-" .. tostring({}):match "%x+$"
    fn(wanted, ("local NAME = %q\n"):format(name) .. code)
    shell.run(shell.tidelock .. " rm " .. name)
  end

  it("of this program alone is simulated as all is", function()
    named([[
      local space = ipc.open(NAME)
      local q, lock, children = space.queue "q", space.lock "lock", {}
      for i = 1, 3 do
        children[i] = ipc.spawn(function()
          local own = ipc.open(NAME)
          for k = 1, 5 do
            ipc.sleep(i + k)
            own.queue("q"):put(i * 10 + k)
          end
          if i == 1 then
            own.lock("lock"):acquire()
            ipc.sleep()
          end
        end)
      end
      local sum = 0
      for _ = 1, 15 do sum = sum + q:get() end
      print(sum, ipc.now())
      print(lock:acquire(3600))
      children[1]:kill()
      print(lock:acquire(3600))
      lock:release()
      print(q:get(1.5), ipc.now())
      space:remove()
    ]], "345\t30.0\nnil\ttimeout\ntrue\tabandoned\nnil\t3631.5\n", writes)
  end)

  it("is shared with another program, that is not simulated", function()
    named([[
      local other = ipc.command{ arg[-2], "-e", ([=[
        local ipc = require "tidelock"
        local space = ipc.open(%q)
        for _ = 1, 10 do space.queue("answers"):put(space.queue("questions"):get(10) * 2) end
      ]=]):format(NAME) }
      local space = ipc.open(NAME)
      local sum = 0
      for i = 1, 10 do
        space.queue("questions"):put(i)
        sum = sum + space.queue("answers"):get(10)
      end
      print(sum, other:join())
      space:remove()
    ]], "110\ttrue\n", writes_outside)
  end)
end)

describe("a simulation", function()
  it("reports a deadlock, with status 3 and the seed", function()
    local out, err, status = twice([[
      local first, second, met = ipc.lock "first", ipc.lock "second", ipc.barrier(2)
      ipc.process{ name = "ann", target = function()
        first:acquire()
        met:wait()
        ipc.event():wait()
      end }:start()
      second:acquire()
      met:wait()
      ipc.queue{ name = "orders" }:get()
    ]], 4)
    assert.same({ "", 3 }, { out, status })
    assert.matches("tidelock: deadlock: every task waits, and none can ever go on\n", err)
    assert.matches("main %(pid 1%) waits to get from queue#%d+ \"orders\"", err)
    assert.matches("ann %(pid 2%) waits for event#%d+", err)
    assert.matches("tidelock: it failed with %-%-sim=4\n$", err)
  end)

  it("tells who computes while the others wait for their turn", function()
    assert.equal("tidelock: thinker has run for 5 seconds without an operation of the runtime, and the others wait for "
      .. "it: it computes, or is in a call that is not simulated\nanswer\t42\nstatus 0\n",
      slow.finish():match "[^\n]*thinker.*")
  end)

  it("waits at its end for a command of its own, and does not compute meanwhile", function()
    with_file([[
      local command = ipc.command{ "sleep", "2" }
      print(select(2, command:communicate(nil, 0.5)), ipc.now())
    ]], function(path)
      local out, err, status = shell.run(("bash -c '%s --sim=1 %s; times >&2'"):format(shell.tidelock, path))
      assert.same({ "timeout\t0.5\n", 0 }, { out, status })
      local user, system = err:match "0m(%d+%.%d+)s 0m(%d+%.%d+)s\n$"
      assert.truthy(user + system < 0.6, err)
      return out
    end)
  end)

  for name, code in pairs{
    ["main sleeps"] = "ipc.spawn(function() while true do ipc.sleep(1) end end) while true do ipc.sleep(1) end",
    ["main waits and others work"] = [[
      local q = ipc.queue()
      for _ = 1, 3 do ipc.spawn(function() while true do q:put(1) q:get() end end) end
      ipc.event():wait()]],
    ["main computes"] = "ipc.spawn(function() ipc.event():wait() end) while true do end",
    ["another has the turn, and computes"] = "ipc.spawn(function() while true do end end) ipc.sleep(1)",
  } do
    it("ends by Ctrl-C where " .. name, function()
      local out, took, status = in_background("io.stdout:setvbuf 'no' print 'ready'" .. code, function()
        return "sleep 0.2; kill -INT $(ps -o pid= --ppid $!)"
      end)
      assert.same({ "ready\ntidelock: interrupted\n", 130 }, { out, status })
      assert.truthy(took < 5, took)
    end)
  end

  it("does not disturb another one", function()
    with_file([[
      local q, sum = ipc.queue(3), 0
      for i = 1, 4 do ipc.spawn(function() for k = 1, 50 do q:put(i * k) end end) end
      for _ = 1, 200 do sum = sum * 31 % 65521 + q:get() end
      print(sum)
    ]], function(path)
      local run = ("%s --sim=8 --steps %s.%%d %s"):format(shell.tidelock, path, path)
      local out, err, status = shell.run(("%s & %s & wait; cmp %s.1 %s.2 && rm %s.1 %s.2")
        :format(run:format(1), run:format(2), path, path, path, path))
      assert.same({ "", 0 }, { err, status })
      assert.truthy(out:find("^(%d+\n)%1$"), out)
      return out
    end)
  end)

  it("of the prompt reads lines that are piped in", function()
    local out, err, status = shell.run(([[printf 'ipc = require "tidelock"
      q = ipc.queue()
      p = ipc.spawn(function() ipc.sleep(60) q:put(7) end)
      q:get()
      ipc.now()
      error "salt"
      os.time()
      ' | %s --sim=1 -i]]):format(shell.tidelock))
    assert.same({ "7\n60.0\n946684860\n", 0 }, { out, status }, err)
    assert.matches("stdin:1: salt", err)
  end)

  it("has room for 200 tasks", function()
    writes("1000 20100\n", [[
      local n, tasks, sum = ipc.value(0), {}, 0
      for i = 1, 200 do
        tasks[i] = ipc[i % 4 == 0 and "spawn_thread" or "spawn"](function()
          for _ = 1, 5 do
            ipc.sleep(math.random())
            n:add(1)
          end
          return i
        end)
      end
      for i = 1, 200 do sum = sum + tasks[i]:result() end
      print(n:get() .. " " .. sum)
    ]])
  end)
end)
