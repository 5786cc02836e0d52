-- What hurts users of Python's multiprocessing, and the better ending here; the numbers are those of the list that the
-- project keeps.  Rows about pools and tables have their specs with those; 14 and 16 are in process_spec.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local shell = dofile "spec/support/shell.lua"
local shows = dofile "spec/support/shows.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20
-- its allocator has locks that a fork copies as they are
local forks = shell.tidelock:find("sanitize") and pending or it

local function killed_in(fn)
  local ready = ipc.event()
  local p = ipc.spawn(function() fn(ready) end)
  assert(ready:wait(PATIENCE))
  p:kill()
  p:join(PATIENCE)
end

describe("pain", function()
  it("1: a killed process takes no lock with it, no reader, no writer", function()
    local lock, q = ipc.lock(), ipc.queue(100)
    killed_in(function(ready)
      lock:acquire()
      ready:set()
      ipc.sleep()
    end)
    assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
    killed_in(function(ready)
      ready:set()
      q:get()
    end)
    for _ = 1, 20 do
      local p = ipc.spawn(function()
        while true do q:put(("large"):rep(5000)) end
      end)
      q:get(PATIENCE)
      p:kill()
      p:join(PATIENCE)
      while not q:is_empty() do assert.is_true(q:get(0) == ("large"):rep(5000)) end
    end
    assert.is_true(q:put("whole"))
    assert.equal("whole", q:get(0))
  end)

  it("2: a pool goes on without a killed worker, and can be ended", function()
    local pool = ipc.pool(2)
    local ok, why = pcall(pool.apply, pool, function()
      ipc.current():kill()
      ipc.sleep()
    end)
    assert.is_false(ok)
    assert.truthy(why:find("died: killed by signal 9", 1, true), why)
    assert.same({ 1, 4, 9 }, pool:map(function(x) return x * x end, { 1, 2, 3 }))
    assert.is_true(pool:terminate())
  end)

  it("7: closures, local functions, queues and locks can be given to a pool", function()
    local pool, q, lock, base = ipc.pool(2), ipc.queue(), ipc.lock(), 10
    local function double(x) return 2 * x end
    pool:map(function(x) lock:with(function() q:put(base + double(x)) end) end, { 1, 2 })
    assert.equal(26, q:get(PATIENCE) + q:get(PATIENCE))
    assert.equal(q, pool:apply(function(given) return given end, q))
    pool:terminate()
  end)

  it("9: an error that cannot be sent arrives as text", function()
    local pool = ipc.pool(1)
    local ok, why = pcall(pool.apply, pool, function() error({ coroutine.create(print) }) end)
    assert.is_false(ok)
    assert.truthy(why:find("table: 0x", 1, true), why)
    assert.equal("well", pool:apply(function() return "well" end))
    pool:terminate()
  end)

  it("10: one task of a pool can be stopped", function()
    local pool = ipc.pool(1)
    local endless = pool:submit(function() while true do end end)
    assert.is_true(endless:cancel())
    assert.equal("next", pool:apply(function() return "next" end))
    pool:terminate()
  end)

  it("20: map raises an early error at once", function()
    local pool, started = ipc.pool(2), ipc.now()
    assert.is_false(pcall(pool.map, pool, function(x)
      if x == 1 then error("early") end
      ipc.sleep(PATIENCE)
    end, { 1, 2, 3, 4, 5, 6, 7, 8 }, 1))
    assert.truthy(ipc.now() - started < PATIENCE)
    pool:terminate()
  end)

  it("3: a child ends though nobody has drained its queue", function()
    local q = ipc.queue()
    local p = ipc.spawn(function() q:put(("x"):rep(1 << 22)) end)
    assert.is_true(p:join(PATIENCE))
    assert.equal(1 << 22, #q:get(0))
  end)

  forks("4: a child forked while threads run is stuck on no lock of theirs", function()
    local lock, stop, threads = ipc.lock(), ipc.event(), {}
    for i = 1, 4 do
      threads[i] = ipc.thread(function()
        while not stop:is_set() do
          lock:with(function() return #os.date() + math.random() end)
        end
      end):start()
    end
    for _ = 1, 50 do
      local p = ipc.spawn(function() return lock:with(function() return #os.date() > 0 end) end)
      assert.is_true((p:result(PATIENCE)))
    end
    stop:set()
    tasks.succeed(threads)
  end)

  it("5: nobody waits for a dead waiter", function()
    local e, b = ipc.event(), ipc.barrier(2)
    local p = ipc.spawn(function() e:wait() end)
    local w = ipc.spawn(function() b:wait() end)
    await(function() return tostring(e):find("1 waiting") and b.waiting == 1 end)
    p:kill()
    w:kill()
    p:join()
    w:join()
    e:set()
    assert.is_true(e:wait(PATIENCE))
    local place, why = b:wait(PATIENCE)
    assert.truthy(place == nil and why == "broken")
  end)

  it("5: a notify does not hang for a dead waiter, nor is it lost in him", function()
    local c = ipc.condition()
    local function waiter() return ipc.spawn(function() return c:with(c.wait, c, PATIENCE) end) end
    local dead = waiter()
    shows(c, "1 waiting; its lock is free")
    local living = waiter()
    shows(c, "2 waiting; its lock is free")
    dead:kill()
    dead:join()
    c:with(c.notify, c)
    assert.is_true((living:result(PATIENCE)))
    assert.is_true(c:with(c.notify_all, c))
  end)

  it("6: size is exact right after a put", function()
    local q = ipc.queue()
    for n = 1, 1000 do
      q:put(n)
      assert.truthy(not q:is_empty() and q:size() == 1 and q:try_get() == n)
    end
  end)

  it("7: closures, queues and locks travel", function()
    local q, lock, n = ipc.queue(), ipc.lock(), 41
    q:put{ fn = function() return n + 1 end, lock = lock }
    assert.same({ 42, true }, { ipc.spawn(function()
      local t = q:get()
      return t.fn(), t.lock:acquire()
    end):result(PATIENCE) })
  end)

  it("8: what cannot be sent raises at the sender, with the path", function()
    local ok, why = pcall(function() ipc.queue():put{ a = { io.stdout } } end)
    assert.truthy(not ok and why:find("cannot send value.a[1]", 1, true), why)
  end)

  it("9: an error that cannot be sent back arrives as text", function()
    local in_words = setmetatable({}, { __tostring = function() return "in words" end })
    for value, text in pairs{ [coroutine.create(print)] = "thread: ", [io.stdout] = "file ", [{ print }] = "table: ",
      [in_words] = "in words" } do
      local result, why = ipc.spawn(error, value):result(PATIENCE)
      assert.is_nil(result)
      assert.truthy(why:find("^" .. text), why)
    end
  end)

  it("11: Ctrl-C leaves one line, status 130, and nobody", function()
    local file = os.tmpname()
    local out, err, status = shell.run(([[
      cat >"$0.lua" <<'END'
local ipc = require "tidelock"
for _ = 1, 3 do ipc.spawn(function() ipc.sleep() end) end
ipc.spawn(function() while true do end end)
print("started")
io.stdout:flush()
ipc.sleep()
END
      env --default-signal=INT %s "$0.lua" >"$0.out" & pid=$!
      until grep -q started "$0.out" 2>/dev/null; do sleep 0.05; done
      kill -INT $pid
      wait $pid
      status=$?
      cat "$0.out"
      exit $status
    ]]):gsub("%$0", file):format(shell.tidelock), 30)
    assert.equal(130, status, err)
    assert.equal("started\n", out)
    assert.same({}, shell.processes(shell.tidelock .. " " .. file .. ".lua"))
    for _, ending in ipairs{ "", ".lua", ".out" } do os.remove(file .. ending) end
    assert.equal("tidelock: interrupted\n", err)
  end)

  it("12: a child's error is more than an exit code", function()
    local value, why = ipc.spawn(function() error("the message") end):result(PATIENCE)
    assert.is_nil(value)
    assert.truthy(why:find("the message.*stack traceback"))
  end)

  it("13: a queue can be by priority, last in first out, and be shut down", function()
    local urgent, pile = ipc.queue{ order = "priority" }, ipc.queue{ order = "lifo" }
    for n = 3, 1, -1 do
      urgent:put("priority " .. n, { priority = n })
      pile:put(n)
    end
    local reader = ipc.spawn(function()
      local list = {}
      for _, v in urgent:items() do list[#list + 1] = v end
      return table.concat(list, ", "), select(2, urgent:get())
    end)
    urgent:close()
    assert.same({ "priority 1, priority 2, priority 3", "closed" }, { reader:result(PATIENCE) })
    assert.same({ nil, "closed" }, { urgent:put("late") })
    assert.same({ 1, 2, 3 }, pile:get_many(3))
  end)

  it("15: a deadlock is told at once: who, what, where", function()
    local _, err, status, path = shell.script([[
      local ipc = require "tidelock"
      local orders = ipc.queue{ name = "orders" }
      ipc.process{ name = "cook", target = function() orders:get() end }:start():join()
    ]])
    assert.equal(3, status)
    assert.truthy(err:find('cook %(pid %d+%) waits to get from queue#1 "orders"'), err)
    assert.truthy(err:find(path .. ":3", 1, true), err)
  end)

  it("15: none is told while somebody computes, or sleeps for a while", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local q = ipc.queue()
      local asleep = dofile "spec/support/asleep.lua"
      -- by time alone: a wait that lasts for 0.1 s looks for a deadlock, which nothing shows
      ipc.spawn(function() asleep("main") local t = ipc.now() + 0.25 while ipc.now() < t do end q:put("computed") end)
      print(q:get())
      ipc.spawn(function() asleep("main") ipc.sleep(0.25) q:put("slept") end)
      print(q:get())
    ]])
    assert.equal(0, status, err)
    assert.equal("computed\nslept\n", out)
  end)

  it("17: add and update lose nothing", function()
    local v, list = ipc.value(0), {}
    for n = 1, 2 do
      list[n] = ipc.spawn(function()
        for _ = 1, 20000 do v:add(1) end
      end)
    end
    for n = 3, 4 do
      list[n] = ipc.spawn(function()
        for _ = 1, 2000 do v:update(function(old) return old + 1 end) end
      end)
    end
    tasks.succeed(list)
    assert.equal(44000, v:get())
  end)

  it("18: shared memory stays while anybody uses it, whoever else ends or is killed", function()
    local b, q = ipc.buffer(5), ipc.queue()
    b:write(1, "still")
    killed_in(function(ready)
      assert(b:read(1, 5) == "still")
      ready:set()
      ipc.sleep()
    end)
    ipc.spawn(b.read, b, 1, 5):join(PATIENCE)
    assert.equal("still", b:read(1, 5))
    ipc.spawn(function() -- nor when its maker ends
      local own = ipc.buffer(4)
      own:write(1, "left")
      q:put(own)
    end):join(PATIENCE)
    assert.equal("left", q:get(0):read(1, 4))
  end)

  it("19: a consumer that dies between get and task_done does not hang join", function()
    local q = ipc.queue()
    q:put("item")
    killed_in(function(ready)
      q:get()
      ready:set()
      ipc.sleep()
    end)
    assert.same({ true, "abandoned" }, { q:join(PATIENCE) })
    q:put("item")
    assert.same({ nil, "timeout" }, { q:join(0.01) })
  end)

  it("21: a table lies in shared memory: an operation costs no message, and nesting shares an inner table", function()
    local t = ipc.table{ copied = { n = 1 }, shared = ipc.table{ n = 1 } }
    ipc.spawn(function()
      t.copied.n = 2 -- of a copy
      t.shared.n = 2
    end):join(PATIENCE)
    assert.equal(1, t.copied.n)
    assert.equal(2, t.shared.n)
    local list = {}
    for n = 1, 2 do
      list[n] = ipc.spawn(function()
        for _ = 1, 5000 do t.shared:update("n", function(old) return old + 1 end) end
      end)
    end
    tasks.succeed(list)
    assert.equal(10002, t.shared.n)
    local started = os.clock() -- by this process: other programs take time, too
    for i = 1, 100000 do t[i % 10] = t.shared.n end
    assert.truthy(os.clock() - started < 100000 * 30e-6) -- what a manager's object takes for one of the three
  end)

  it("22: two messages, one put after the other, arrive in that order", function()
    local q, first_done = ipc.queue(), ipc.event()
    for _ = 1, 50 do
      first_done:clear()
      local a = ipc.spawn(function()
        q:put("first")
        first_done:set()
      end)
      local b = ipc.spawn(function()
        first_done:wait()
        q:put("second")
      end)
      assert.equal("first", q:get(PATIENCE))
      assert.equal("second", q:get(PATIENCE))
      a:join()
      b:join()
    end
  end)
end)
