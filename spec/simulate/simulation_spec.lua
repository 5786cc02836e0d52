-- A simulation as a whole: objects of many tasks, deadlocks, and what is outside.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local simulated = dofile "spec/support/simulate/simulated.lua"
local twice, writes, writes_outside = simulated.twice, simulated.writes, simulated.writes_outside

-- What takes some seconds, started in the background while the others run.
local slow = {}

function slow.start()
  slow.path = files.write(os.tmpname(), [[
    local ipc = require "tidelock"
    local space = ipc.open("spec-thinker-" .. arg[0]:match "%w+$") -- where main waits, also after it has told
    local answers = space.queue "answers"
    ipc.process{ name = "thinker", target = function() os.execute "sleep 6" answers:put(42) end }:start()
    print("answer", answers:get())
    space:remove()
  ]])
  os.execute(("(timeout 60 %s --sim=1 %s >%s.out 2>&1; echo status $? >>%s.out; mv %s.out %s.over) </dev/null &")
    :format(shell.tidelock, slow.path, slow.path, slow.path, slow.path, slow.path))
end

function slow.finish()
  os.execute(("for i in $(seq 600); do test -f %s.over && break; sleep 0.1; done"):format(slow.path))
  os.remove(slow.path)
  local text = files.read(slow.path .. ".over")
  os.remove(slow.path .. ".over")
  return text
end

setup(slow.start)

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

  it("is told of where tasks sleep without end, since no task can send a signal", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local q = ipc.queue()
      ipc.spawn(ipc.sleep)
      ipc.spawn(function() q:get() end)
      ipc.sleep()]], nil, nil, "--sim=1")
    assert.same({ "", 3 }, { out, status })
    assert.matches("^tidelock: deadlock: [^\n]*\n  main %(pid 1%) sleeps; .*\n  process%-1 %(pid 2%) sleeps; ", err)
  end)

  it("tells who computes while the others wait for their turn", function()
    assert.equal("tidelock: thinker has run for 5 seconds without an operation of the runtime, and the others wait for "
      .. "it: it computes, or is in a call that is not simulated\nanswer\t42\nstatus 0\n",
      slow.finish():match "[^\n]*thinker.*")
  end)

  it("waits at its end for a command of its own, and does not compute meanwhile", function()
    simulated.with_file([[
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
      local out, status = simulated.in_background("io.stdout:setvbuf 'no' print 'ready'" .. code, 5, function()
        return "sleep 0.2; kill -INT $(ps -o pid= --ppid $!)"
      end)
      assert.same({ "ready\ntidelock: interrupted\n", 130 }, { out, status })
    end)
  end

  it("does not disturb another one", function()
    simulated.with_file([[
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
