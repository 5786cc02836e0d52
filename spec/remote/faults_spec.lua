-- What is promised of a far space when clients, connections and servers die: orders of events, and no durations.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local engine = dofile "spec/support/engine.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

if engine.missing then
  describe("a far space", function() pending(engine.missing) end)
  return
end

local count = 0

-- A lease that ends in a spec, and not where its own process only gets no turn, as much else runs.
local SHORT = 2.5

-- A space that no other spec has: its address and options.
local function fresh(server, lease)
  count = count + 1
  return (server or engine.shared()):address(("faults-%d-%d"):format(ipc.getpid(), count)), { lease = lease or SHORT }
end

describe("a client that dies", function()
  it("lets go of its locks, seats and barriers, long before its lease ends", function()
    local s = ipc.open(fresh(nil, 30))
    local lock, seats, barrier = s.lock("l"), s.semaphore("s", { value = 1, bounded = true }), s.barrier("b", 2)
    local ready = s.queue "ready"
    local p = ipc.spawn(function()
      lock:acquire()
      seats:acquire()
      ready:put(true)
      barrier:wait()
    end)
    ready:get()
    await(function() return barrier.waiting == 1 end, "nobody waits at the barrier")
    p:kill()
    assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
    assert.is_true(seats:acquire(PATIENCE))
    await(function() return barrier.broken end, "the barrier is whole")
  end)

  it("is seen at once, also where many more than a witness watches die together", function()
    local s, ready, processes = ipc.open(fresh(nil, 600)), ipc.queue(), {}
    for i = 1, 20 do
      local lock = s.lock("l" .. i)
      processes[i] = ipc.spawn(function()
        lock:acquire()
        ready:put(true)
        ipc.sleep(PATIENCE)
      end)
    end
    for _ = 1, 20 do ready:get() end
    for _, p in ipairs(processes) do p:suspend() end -- none of them is a witness
    for _, p in ipairs(processes) do p:kill() end
    for i = 1, 20 do assert.same({ true, "abandoned" }, { s.lock("l" .. i):acquire(PATIENCE) }) end
  end)

  it("takes no message with it while it waits", function()
    local s = ipc.open(fresh(nil, 30))
    local q = s.queue "q"
    local p = ipc.spawn(function() return q:get() end)
    await(function() return tostring(q):find("1 getting", 1, true) end, "nobody waits")
    p:kill()
    p:join()
    await(function() return tostring(q):find("0 getting", 1, true) end, "the dead waits")
    q:put "kept"
    assert.equal("kept", q:get(PATIENCE))
  end)

  it("passes on what it held as it ends in good order", function()
    for _, how in ipairs{ "return", "exit", "error" } do
      local s = ipc.open(fresh(nil, 30))
      local lock = s.lock "l"
      local p = ipc.spawn(function()
        lock:acquire()
        if how == "exit" then os.exit(0) end
        if how == "error" then
          io.stderr:close()
          error "as it should" -- and is printed, to a stream that is closed
        end
      end)
      p:join()
      assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) }, how)
    end
  end)

  it("that stood still for longer than its lease is told, and its late write does not arrive", function()
    local s = ipc.open(fresh())
    local lock, written, ready = s.lock "l", s.value("v", 0), s.queue "ready"
    local p = ipc.spawn(function()
      lock:acquire()
      ready:put(lock.token)
      while true do
        local good, why = pcall(written.set, written, 1)
        if not good then return why end
        ipc.sleep(0.01)
      end
    end)
    local token = ready:get()
    p:suspend()
    assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
    assert.truthy(math.type(lock.token) == "integer" and lock.token > token)
    written:set(2)
    p:resume()
    assert.truthy(p:result(PATIENCE):find("lost", 1, true))
    assert.equal(2, written:get())
  end)

  it("and was told so, opens the space again: what it had before stays lost", function()
    local address, options = fresh()
    local p = ipc.spawn(function()
      local sum = ipc.open(address, options).value("sum", 0)
      local good, why
      repeat
        good, why = pcall(sum.add, sum, 1)
        ipc.sleep(0.01)
      until not good
      local again
      repeat again = ipc.open(address, options).value("sum") until pcall(again.add, again, 10)
      return why, again:get(), again ~= sum, (pcall(sum.get, sum))
    end)
    local s = ipc.open(address)
    local sum = s.value "sum"
    await(function() return sum:get() > 0 end, "it does not come")
    p:suspend()
    await(function() return #s:members() == 1 end, "it is lost")
    p:resume()
    local why, total, other, old_one = p:result(PATIENCE)
    assert.truthy(why:find("lost", 1, true), why)
    assert.same({ sum:get(), true, false }, { total, other, old_one })
  end)

  it("is not given its old session by the very first ipc.open after that", function()
    local address, options = fresh()
    local ready = ipc.queue()
    local function reopen(name)
      local first = ipc.open(address, options)
      local lock, now = first.lock(name), ipc.now()
      lock:acquire()
      ready:put(true)
      local function next_open()
        local last = now
        now = ipc.now()
        local again = ipc.open(address, options)
        return now - last > options.lease and again or next_open()
      end
      local again = next_open()
      local good, why = pcall(lock.release, lock)
      return again ~= first, good, why, again.lock(name):acquire(PATIENCE)
    end
    local s, processes = ipc.open(address, options), {}
    for i = 1, 8 do -- of which one at least opens before its thread has heard of the end
      processes[i] = ipc.spawn(reopen, "l" .. i)
      ready:get()
      processes[i]:suspend()
    end
    for i = 1, #processes do
      local lock = s.lock("l" .. i)
      assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
      lock:release()
    end
    ipc.sleep(options.lease)
    for _, p in ipairs(processes) do
      p:resume()
      local other, released, why, acquired = p:result(PATIENCE)
      assert.same({ true, false, true }, { other, released, acquired })
      assert.truthy(why:find("lost", 1, true), why)
    end
  end)

  it("is killed while it stands still, where it asked for that", function()
    local address, options = fresh()
    options.on_lost = "kill"
    local ready, processes = ipc.queue(), {}
    for i = 1, 8 do -- of which one at least stands still before its thread has renewed the lease
      processes[i] = ipc.spawn(function()
        ipc.open(address, options).lock("l" .. i):acquire()
        ready:put(true)
        ipc.sleep(PATIENCE)
      end)
      ready:get()
      processes[i]:suspend()
    end
    local s = ipc.open(address)
    for i, p in ipairs(processes) do
      assert.same({ true, "abandoned" }, { s.lock("l" .. i):acquire(PATIENCE) })
      assert.is_true(p:join(PATIENCE))
      assert.equal(-9, p.exitcode)
    end
  end)

  it("is not killed where it ends in good order, or a child of it lives longer", function()
    local address, options = fresh()
    options.on_lost = "kill"
    local p = ipc.spawn(function()
      local l = ipc.open(address, options).lock "l"
      l:acquire()
      ipc.sleep(0.4)
      local child = ipc.spawn(ipc.sleep, 1.2 * SHORT)
      assert(child:join(PATIENCE) and child.exitcode == 0)
      l:release()
    end)
    assert.is_true(p:join(PATIENCE))
    assert.equal(0, p.exitcode)
  end)
end)

describe("a thread that ends", function()
  it("lets go of its locks, though its process goes on", function()
    local s = ipc.open(fresh(nil, 30))
    local lock = s.lock "l"
    local t = ipc.spawn_thread(function(l) l:acquire() end, lock)
    t:join()
    assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
  end)
end)

-- a sanitizer's own allocator has locks that a fork copies as they are
local forks = (os.getenv "TIDELOCK" or ""):find "sanitize" and pending or it

describe("a fork", function()
  it("gives the child a session of its own, and leaves the parent's alone", function()
    local s = ipc.open(fresh(nil, 30))
    local lock, q = s.lock "l", s.queue "q"
    lock:acquire()
    local p = ipc.spawn(function()
      local tried = { lock:acquire(0) }
      q:put(tried[2])
      return pcall(lock.release, lock)
    end)
    assert.equal("timeout", q:get(PATIENCE))
    assert.is_false((p:result(PATIENCE)))
    assert.is_true(lock:release())
  end)

  forks("in the midst of other threads' requests loses and repeats none", function()
    local s = ipc.open(fresh(nil, 30))
    local sum = s.value("sum", 0)
    local threads = {}
    for i = 1, 3 do
      threads[i] = ipc.spawn_thread(function(v) for _ = 1, 100 do v:add(1) end end, sum)
    end
    local children = {}
    for i = 1, 8 do children[i] = ipc.spawn(function() sum:add(1000) end) end
    for _, list in ipairs{ threads, children } do
      tasks.succeed(list)
    end
    assert.equal(8300, sum:get())
  end)
end)

describe("a wait that is given up", function()
  it("gives back what came at the last moment", function()
    local s = ipc.open(fresh(nil, 30))
    local lock = s.lock "l"
    for _ = 1, 5 do
      lock:acquire()
      local t = ipc.spawn_thread(function(l) l:acquire() end, lock)
      await(function() return tostring(lock):find("1 waiting", 1, true) end, "nobody waits")
      t:cancel()
      lock:release()
      t:join(PATIENCE)
      assert.is_true((lock:acquire(PATIENCE)))
      lock:release()
    end
  end)
end)
