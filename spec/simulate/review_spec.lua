-- What a simulation must stand: tasks that never come to a point, that end each other, or are killed from outside.
local shell = dofile "spec/support/shell.lua"

-- Runs code with a seed, for at most `limit` seconds of real time.
local function simulated(seed, code, limit)
  return shell.script("local ipc = require 'tidelock'\n" .. code, nil, limit or 10, "--sim=" .. seed)
end

-- What it writes, and the text of its steps.
local function written_down(seed, code)
  local path = os.tmpname()
  local out, _, status = simulated(seed .. " --steps " .. path, code)
  assert.not_equal(124, status)
  local file = assert(io.open(path))
  local steps = file:read("a"):gsub("^[^\n]*\n", "") -- the first line has the script's name
  file:close()
  os.remove(path)
  return out, (steps:gsub("[^ \n]*lua_%w+", "SCRIPT"))
end

local function same_each_time(seed, code, count)
  local out, steps = written_down(seed, code)
  for _ = 2, count do
    local again, steps_again = written_down(seed, code)
    assert.equal(out, again)
    assert.equal(steps, steps_again)
  end
  return out
end

describe("the clock of a simulation moves for one that waits for a time", function()
  it("by ipc.now, also where another's time has come", function()
    local out, _, status = simulated(1, [[
      local event = ipc.event()
      ipc.spawn(function() event:set() ipc.sleep(0.01) end)
      event:wait()
      for _ = 1, 9 do ipc.yield() end
      local till = ipc.now() + 1
      while ipc.now() < till do end
      print(ipc.now() >= till)]])
    assert.same({ "true\n", 0 }, { out, status })
  end)

  it("by os.time and os.clock", function()
    local out, _, status = simulated(1, [[
      local till = os.time() + 1
      while os.time() < till do end
      till = os.clock() + 1
      while os.clock() < till do end
      print "over"]])
    assert.same({ "over\n", 0 }, { out, status })
  end)
end)

describe("the same seed is the same run", function()
  it("for the addresses in threads, however the kernel ends them", function()
    same_each_time(1, [[
      for _ = 1, 10 do
        local threads = {}
        for n = 1, 3 do threads[n] = ipc.spawn_thread(function() return tostring{} end) end
        for n = 1, 3 do print(threads[n]:result()) end
      end]], 5)
  end)

  it("where a process with threads is killed", function()
    same_each_time(3, [[
      local locks, ready = {}, ipc.latch(6)
      for n = 1, 6 do locks[n] = ipc.lock() end
      local victim = ipc.spawn(function()
        for n = 1, 6 do
          ipc.spawn_thread(function() locks[n]:acquire() ready:count_down() require "tidelock".sleep(9) end)
        end
        ipc.sleep(9)
      end)
      ready:wait()
      victim:kill()
      ipc.yield()
      for n = 1, 6 do print(locks[n].holder, locks[n]:acquire(0)) end
      print(victim:join())]], 5)
  end)
end)

describe("a daemon whose parent is killed", function()
  it("is gone at the same step, also where it is the killer", function()
    local out = same_each_time(5, [[
      local lock = ipc.lock()
      local parent = ipc.spawn(function()
        local me = ipc.current()
        ipc.process{ daemon = true, target = function() lock:acquire() me:kill() ipc.sleep(9) end }:start()
        ipc.sleep(9)
      end)
      print(parent:join())
      print(lock:acquire(0))]], 5)
    assert.equal("true\ntrue\tabandoned\n", out)
  end)
end)

describe("a process that stops itself by a signal", function()
  it("lets the others go on, one of which resumes it", function()
    local out, err = simulated(1, [[
      local p = ipc.spawn(function() ipc.current():signal(19) print "on" end)
      ipc.sleep(1)
      print((tostring(p):match "stopped"))
      p:resume()
      print(p:join(5))]])
    assert.same({ "stopped\non\ntrue\n", "" }, { out, err })
  end)

  it("does so at once, for whoever looks", function()
    local out = simulated(1, [[
      local p = ipc.spawn(function() ipc.sleep(9) end)
      ipc.sleep(1)
      for _ = 1, 9 do
        p:signal(19)
        assert(tostring(p):match "stopped")
        p:resume()
        assert(tostring(p):match "running")
      end
      p:kill()
      print(p:join())]])
    assert.equal("true\n", out)
  end)
end)

describe("where nobody can run", function()
  it("one that was stopped and is killed from outside is found dead", function()
    local out, _, status = simulated(1, [[
      local p = ipc.spawn(function() ipc.sleep(1) end)
      p:suspend()
      os.execute "(sleep 0.1; kill -9 $(ps -o pid= --ppid $PPID | head -n 1)) &"
      print(p:join(), p.exitcode)]])
    assert.same({ "true\t-9\n", 0 }, { out, status })
  end)

  it("one that was stopped and is let go on from outside goes on", function()
    local out, _, status = simulated(1, [[
      local p = ipc.spawn(function() ipc.sleep(1) end)
      p:suspend()
      os.execute "(sleep 0.1; kill -CONT $(ps -o pid= --ppid $PPID | head -n 1)) &"
      print(p:join(), p.exitcode)]])
    assert.same({ "true\t0\n", 0 }, { out, status })
  end)
end)

describe("how an orphan ended that was killed", function()
  it("is known to all, whoever reaps it", function()
    same_each_time(1, [[
      local shared = ipc.table()
      local parent = ipc.spawn(function()
        shared.child = ipc.spawn(function() ipc.sleep(9) end)
        ipc.sleep(9)
      end)
      while not shared.child do ipc.sleep(0.1) end
      parent:kill()
      parent:join()
      shared.child:kill()
      ipc.yield()
      print(shared.child:join(), shared.child.exitcode)]], 9)
  end)
end)

describe("tasks that wait for several objects", function()
  it("do not pass a wake on for ever whose message is gone", function()
    local path = os.tmpname()
    simulated("1 --steps " .. path, [[
      local q, other = ipc.queue(3), ipc.queue(1)
      for _ = 1, 3 do ipc.spawn(function() ipc.receive({ q, other }, 1) end) end
      ipc.sleep(0.1)
      q:put(1)
      q:try_get()]])
    local count = 0
    for _ in io.lines(path) do count = count + 1 end
    os.remove(path)
    assert.truthy(count < 100, count)
  end)
end)
