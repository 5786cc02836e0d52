local ipc = require "tidelock"
local asleep = dofile "spec/support/asleep.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 30

local function start(fn, ...) return ipc.thread(fn, ...):start() end

-- n threads and n processes run fn(i); all their results
local function mixed(n, fn)
  local tasks, results = {}, {}
  for i = 1, n do tasks[i] = ipc.spawn(fn, i) end
  for i = n + 1, 2 * n do tasks[i] = start(fn, i) end
  for i, task in ipairs(tasks) do
    assert(task:join(PATIENCE), tostring(task))
    assert.equal(0, task.exitcode)
    results[i] = task:result()
  end
  return results
end

-- what was told on stderr, and status 0
local function told(code)
  local out, err, status = shell.script("local ipc = require 'tidelock'\n" .. code)
  assert.equal(0, status, err)
  return err, out
end

describe("a thread", function()
  it("runs a copy of its function, and returns any values", function()
    local list = { 1, 2 }
    local t = ipc.thread(function(a, b)
      list[3] = 3
      return #list, a, b, nil
    end, "x", nil)
    assert.is_nil(t.pid)
    assert.is_false(t:is_alive())
    assert.equal(t, t:start())
    assert.same({ 3, "x" }, { t:result(PATIENCE) })
    assert.equal(4, select("#", t:result()))
    assert.same({ 1, 2 }, list)
    assert.equal(0, t.exitcode)
    assert.equal(ipc.getpid(), t.pid)
    assert.truthy(tostring(t):find('^thread#%d+ "thread%-%d+": ended'))
  end)

  it("takes options", function()
    local t = ipc.thread{ target = function(...) return select("#", ...), ... end, args = { 1, nil, n = 2 },
      name = "worker", daemon = true }
    assert.equal("worker", t.name)
    assert.is_true(t.daemon)
    t.daemon = false
    assert.same({ 2, 1 }, { t:start():result(PATIENCE) })
    assert.has_error(function() t.daemon = true end)
    assert.has_error(function() ipc.thread{ target = function() end, demon = true } end)
    assert.has_error(function() ipc.thread("no function") end)
  end)

  it("starts once, and is joined after its start, by others", function()
    local t = ipc.thread(function() return pcall(ipc.current().join, ipc.current()) end)
    assert.has_error(function() t:join() end)
    t:start()
    assert.has_error(function() t:start() end)
    assert.is_true(t:join(PATIENCE))
    assert.is_false((t:result()))
  end)

  it("copies what the function had when it was started", function()
    local n = 1
    local t = ipc.thread(function() return n end)
    n = 2
    t:start()
    n = 3
    assert.equal(2, t:result(PATIENCE))
  end)

  it("refuses what it cannot copy, with the path", function()
    local co = coroutine.create(print)
    local function refusal(...) return select(2, pcall(ipc.thread, ...)) end
    assert.truthy(refusal(function() return co end):find(
      'cannot send thread.target upvalue "co": a coroutine cannot leave its process', 1, true))
    assert.truthy(refusal(function() end, 1, { lock = { owner = co } }):find(
      "cannot send thread.args[2].lock.owner: a coroutine cannot leave its process", 1, true))
    assert.truthy(refusal(function() end, io.stdout):find("thread.args[1]: a file handle", 1, true))
    local holder = {}
    local t = ipc.thread(function() return holder end)
    holder.co = co
    local ok, message = pcall(t.start, t)
    assert.is_false(ok)
    assert.truthy(message:find('thread_spec.lua:%d+: .*thread.target upvalue "holder".co', 1))
    holder.co = nil
    assert.same({}, t:start():result(PATIENCE))
  end)

  it("has a state and globals of its own, and the same modules", function()
    rawset(_G, "leaked", 1)
    local t = start(function()
      local was = rawget(_G, "leaked")
      rawset(_G, "leaked", 2)
      return was, require("tidelock") == ipc, package.path, package.cpath
    end)
    assert.same({ nil, true, package.path, package.cpath }, { t:result(PATIENCE) })
    assert.equal(1, rawget(_G, "leaked"))
    rawset(_G, "leaked", nil)
  end)

  it("knows the registered metatables", function()
    local Point = {}
    Point.__index = Point
    function Point:sum() return self.x + self.y end
    ipc.register("thread_spec.Point", Point)
    local sum, point = start(function(p)
      p.x = 10
      return p:sum(), p
    end, setmetatable({ x = 1, y = 2 }, Point)):result(PATIENCE)
    assert.equal(12, sum)
    assert.equal(12, point:sum())
  end)

  it("knows classes that hold instances of classes, their own too", function()
    local Vector, Color = ipc.register("thread_spec.Vector", {}), ipc.register("thread_spec.Color", {})
    Vector.__index, Color.__index = Vector, Color
    Vector.ZERO = setmetatable({ x = 0 }, Vector)
    Color.at, Vector.color = setmetatable({ x = 7 }, Vector), setmetatable({ name = "red" }, Color)
    function Vector.new(x) return setmetatable({ x = x }, Vector) end
    local t = start(function(zero)
      local v = Vector.new(5)
      return getmetatable(v) == getmetatable(zero), v.ZERO == Vector.ZERO, getmetatable(v.ZERO) == Vector,
        v.color.at.x, v.color.at.color.name, v
    end, Vector.ZERO)
    local same = { t:result(PATIENCE) }
    assert.same({ true, true, true, 7, "red" }, { table.unpack(same, 1, 5) })
    assert.equal(Vector, getmetatable(same[6]))
    ipc.register("thread_spec.Vector", {})
    ipc.register("thread_spec.Color", {})
  end)

  it("knows classes with a metatable, registered or not, and with objects", function()
    local Base, made = { greet = function() return "hello" end }, { n = 0 }
    local Meta = ipc.register("thread_spec.Meta", { __index = Base })
    local Derived = ipc.register("thread_spec.Derived", setmetatable({}, { __index = Base, made = made }))
    local Other = ipc.register("thread_spec.Other", setmetatable({ lock = ipc.lock(), made = made }, Meta))
    Derived.__index, Other.__index = Derived, Other
    Other.rep = ("x").rep
    local lock = Other.lock
    local function use(derived, other)
      made.n = made.n + 1
      return derived.greet(), other.greet(), other.lock, other.lock:acquire(0), other.made.n,
        getmetatable(Derived).made.n, getmetatable(getmetatable(derived)) == getmetatable(Derived),
        getmetatable(Other) == Meta, other.rep == string.rep
    end
    local t = start(use, setmetatable({}, Derived), setmetatable({}, Other))
    assert.same({ "hello", "hello", lock, true, 1, 1, true, true, true }, { t:result(PATIENCE) })
    t = start(function(fn, ...)
      local inner = ipc.thread(fn, ...):start()
      return select(5, inner:result())
    end, use, setmetatable({}, Derived), setmetatable({}, Other))
    assert.same({ 1, 1, true, true, true }, { t:result(PATIENCE) })
    assert.equal(0, made.n)
  end)

  it("finalizes instances that a class holds", function()
    local done = ipc.event()
    local Kept = ipc.register("thread_spec.Kept", {})
    Kept.instance = setmetatable({ done = done }, Kept)
    function Kept.__gc(kept) if kept.done then kept.done:set() end end
    Kept.instance.done = nil
    local t = start(function()
      Kept.instance.done = done
      Kept.instance = nil
      collectgarbage()
      return done:is_set()
    end)
    assert.same({ true }, { t:result(PATIENCE) })
    ipc.register("thread_spec.Kept", {})
  end)

  it("starts without a class that does not travel, and then says why", function()
    local Odd = ipc.register("thread_spec.Odd", { list = { coroutine.create(print) } })
    local Base = setmetatable({}, { __index = coroutine.create(print) })
    local Odder = ipc.register("thread_spec.Odder", setmetatable({}, Base))
    assert.equal(1, (start(function() return 1 end):result(PATIENCE)))
    local function why(value)
      local q = ipc.queue()
      q:put(value)
      return start(function(from) return select(2, pcall(from.get, from)) end, q):result(PATIENCE)
    end
    local refused = 'cannot receive a table of class "thread_spec.%s": the class did not come into this thread ' ..
      "(cannot send thread_spec.%s%s: a "
    local odd = why(setmetatable({}, Odd))
    assert.truthy(odd:find(refused:format("Odd", "Odd", ".list[1]"), 1, true), odd)
    odd = why(setmetatable({}, Odder))
    assert.truthy(odd:find(refused:format("Odder", "Odder", "'s metatable's metatable.__index"), 1, true), odd)
    ipc.register("thread_spec.Odd", {})
    ipc.register("thread_spec.Odder", {})
  end)

  it("draws its own random numbers", function()
    local function draw() return math.random(1 << 40), math.random() < 1 end
    local a, b = start(draw), start(draw)
    assert.not_equal((a:result(PATIENCE)), (b:result(PATIENCE)))
    assert.is_true(select(2, a:result()))
  end)

  it("is a task among its relatives", function()
    local go = ipc.event()
    local t = ipc.thread{ name = "middle", target = function()
      local inner = ipc.spawn(function() return ipc.parent().name, ipc.getppid() end)
      go:wait()
      return ipc.current().name, ipc.parent().name, inner:result()
    end }:start()
    local function is_child() -- among those that other specs may have left
      for _, child in ipairs(ipc.children()) do if child == t then return true end end
      return false
    end
    assert.is_true(is_child())
    go:set()
    assert.same({ "middle", "main", "middle", ipc.getpid() }, { t:result(PATIENCE) })
    assert.is_false(is_child())
  end)

  it("times out in join and result", function()
    local go = ipc.event()
    local t = start(function() go:wait() end)
    assert.same({ nil, "timeout" }, { t:join(0.01) })
    assert.same({ nil, "timeout" }, { t:result(0) })
    assert.is_true(t:is_alive())
    assert.same({ nil, "timeout" }, { ipc.wait({ t }, 0.01) })
    go:set()
    assert.same({ t }, ipc.wait({ t }, PATIENCE))
  end)

  it("is joined by a process, and joins one", function()
    local p = ipc.process(function() return "from a process" end)
    local t = ipc.thread(function() return "from a thread" end):start()
    p:start()
    assert.equal("from a process", start(function() return p:result() end):result(PATIENCE))
    assert.equal("from a thread", ipc.spawn(function() return t:result() end):result(PATIENCE))
  end)

  it("ends alone by os.exit", function()
    local function code(n)
      local t = start(function()
        pcall(function() coroutine.wrap(function() os.exit(n) end)() end)
      end)
      t:join(PATIENCE)
      return t.exitcode, select(2, t:result())
    end
    assert.same({ 7, "exited with status 7 before its function returned" }, { code(7) })
    assert.equal(0, (code(true)))
    assert.equal(1, (code(false)))
  end)

  it("may end in a finalizer within os.date, which others and children use on", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local date = os.date
      ipc.thread(function()
        for _ = 1, 100 do setmetatable({}, { __gc = function() os.exit(0) end }) end
        for time = 1, math.huge do date("%c", time) end
      end):start():join()
      print(ipc.thread(function() return #os.date() > 0 end):start():result())
      print(ipc.spawn(function() return os.time() > 0 end):result())
    ]], "", 30)
    assert.same({ "true\ntrue\n", "", 0 }, { out, err, status })
  end)

  it("cannot be signalled by itself, and says what to do", function()
    local go = ipc.event()
    local t = start(function() go:wait() end)
    for _, call in ipairs{ "terminate", "kill", "suspend", "resume" } do
      local ok, message = pcall(t[call], t)
      assert.is_false(ok)
      assert.truthy(message:find(call .. ".*ask it to end.*or use ipc.process"), message)
    end
    assert.is_false((pcall(t.signal, t, 10)))
    go:set()
    assert.is_true(t:join(PATIENCE))
  end)

  it("tells an uncaught error as one block, and its joiner the same", function()
    local err, out = told[[
      local t = ipc.thread{ name = "clumsy", target = function() error("oh no") end }:start()
      local none, message = t:result()
      print(none, message)
      assert(t.exitcode == 1)]]
    assert.truthy(err:find('^tidelock: thread "clumsy" %(pid %d+%) failed: [^\n]*: oh no\nstack traceback:\n'), err)
    assert.truthy(out:find("^nil\t[^\n]*: oh no\nstack traceback:\n"), out)
  end)

  it("tells a result that cannot travel", function()
    local none, why = start(function() return coroutine.create(print) end):result(PATIENCE)
    assert.truthy(none == nil and why:find("cannot send result: a coroutine", 1, true))
  end)

  it("holds the ends of pipes that it is given", function()
    local ours, theirs = ipc.pipe()
    local t = start(function() return theirs:recv() end)
    theirs:close()
    ours:send("hello")
    assert.equal("hello", t:result(PATIENCE))
    assert.same({ nil, "closed" }, { ours:recv(PATIENCE) })
  end)

  it("opens spaces beside others", function()
    local _, out = told[[
      local name, tasks = "thread-spec-" .. ipc.getpid(), {}
      local q = ipc.open(name).queue("q")
      for i = 1, 6 do
        tasks[i] = ipc.thread(function()
          q:put(1)
          return ipc.open(name).queue("q") == q
        end):start()
      end
      for _, t in ipairs(tasks) do assert(t:result(20) == true) end
      ipc.open(name):remove()
      print(#q)
    ]]
    assert.equal("6\n", out)
  end)
end)

describe("threads and processes", function()
  it("share a queue", function()
    local q, back = ipc.queue(5), ipc.queue()
    local results = mixed(8, function(i)
      local sum = 0
      for n = 1, 50 do
        q:put{ from = i, n = n }
        sum = sum + q:get().n
      end
      back:put(i)
      return sum
    end)
    local sum = 0
    for _, n in ipairs(results) do sum = sum + n end
    assert.equal(16 * 51 * 25, sum)
    assert.equal(16, #back)
  end)

  it("share a lock and a semaphore", function()
    local lock, seats, inside, n = ipc.lock(), ipc.semaphore(3), ipc.value(0), ipc.value(0)
    local most = mixed(8, function()
      local most = 0
      for _ = 1, 50 do
        lock:with(function() n:set(n:get() + 1) end)
        seats:acquire()
        most = math.max(most, inside:add(1))
        inside:add(-1)
        seats:release()
      end
      return most
    end)
    assert.equal(800, n:get())
    assert.truthy(math.max(table.unpack(most)) <= 3)
  end)

  it("share a barrier and a condition", function()
    local barrier, condition, turn = ipc.barrier(16), ipc.condition(), ipc.value(1)
    local places = mixed(8, function(i)
      local place = barrier:wait()
      condition:with(function()
        condition:wait_for(function() return turn:get() == i end)
        turn:add(1)
        condition:notify_all()
      end)
      return place
    end)
    table.sort(places)
    for i = 1, 16 do assert.equal(i, places[i]) end
    assert.equal(17, turn:get())
  end)

  it("share tables, arrays and the output", function()
    local t, a = ipc.table{ n = 0 }, ipc.array("int32", 4)
    mixed(4, function(i)
      for _ = 1, 50 do
        t:update("n", function(n) return n + 1 end)
        a:add(1, 1)
      end
      t[i] = "here"
    end)
    assert.same({ 400, 400, 8 }, { t.n, a[1], #t })
  end)
end)

describe("a thread that ends", function()
  it("passes on what it held as abandoned", function()
    local lock, seat = ipc.lock(), ipc.semaphore{ value = 1, bounded = true }
    start(function()
      lock:acquire()
      seat:acquire()
    end):join(PATIENCE)
    assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
    assert.is_true(seat:acquire(PATIENCE))
  end)

  it("leaves no slot, memory or block, thousands of times", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local function resident()
        for line in io.lines("/proc/self/status") do
          local size = line:match("VmRSS:%s+(%d+)")
          if size then return tonumber(size) end
        end
      end
      local q, large = ipc.queue(), ("x"):rep(20000)
      local function run(count)
        for i = 1, count do
          local t = ipc.thread(function(text)
            local lock = ipc.lock()
            lock:acquire()
            q:put(text)
            if #text % 3 == 0 then os.exit(3) end
            return { text }
          end, large .. i):start()
          t:join()
          assert(q:get() == large .. i)
        end
        collectgarbage()
      end
      run(300)
      local before = resident()
      run(3000)
      print(resident() - before)
    ]], "TIDELOCK_MEMORY=4M TIDELOCK_TASKS=4 ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=1")
    assert.equal(0, status, err)
    -- the shared memory counts, at most 4 MB
    assert.truthy(tonumber(out) < 8000, out)
  end)

  it("joins its own children, but for its daemons", function()
    local done = ipc.value(0)
    local t = start(function()
      local own = ipc.current().name
      local function child()
        asleep(own)
        done:add(1)
      end
      ipc.spawn(child)
      ipc.thread(child):start()
      ipc.process{ target = function() ipc.sleep() end, daemon = true }:start()
    end)
    assert.is_true(t:join(PATIENCE))
    assert.equal(2, done:get())
  end)

  it("leaves no zombie", function()
    local pids = start(function()
      local pids = {}
      for n = 1, 10 do pids[n] = ipc.spawn(function() end).pid end
      return pids
    end):result(PATIENCE)
    for _, pid in ipairs(pids) do assert.is_nil(io.open("/proc/" .. pid .. "/stat"), pid) end
  end)
end)

describe("a process with threads", function()
  it("waits for them at its end, and not for daemons", function()
    local done = ipc.value(0)
    local p = ipc.spawn(function()
      ipc.thread(function(own)
        asleep(own)
        done:add(1)
      end, ipc.current().name):start()
      ipc.thread{ target = function() ipc.sleep() end, daemon = true }:start()
    end)
    assert.is_true(p:join(PATIENCE))
    assert.same({ 0, 1 }, { p.exitcode, done:get() })
  end)

  it("takes them along when it is killed, and what they held is passed on", function()
    for _ = 1, 10 do
      local lock, ready, box = ipc.lock(), ipc.latch(5), ipc.queue()
      local p = ipc.spawn(function()
        for i = 1, 4 do
          box:put(start(function()
            if i == 1 then lock:acquire() end
            ready:count_down()
            while true do math.random() end
          end))
        end
        ready:count_down()
        ipc.sleep()
      end)
      assert(ready:wait(PATIENCE))
      p:kill()
      assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
      for _ = 1, 4 do
        local t = box:get()
        assert.is_true(t:join(PATIENCE))
        assert.same({ false, -9 }, { t:is_alive(), t.exitcode })
        assert.truthy(select(2, t:result()):find("killed by signal 9"))
      end
    end
  end)

  it("is never suspended while one of them is inside the runtime", function()
    local q, ready = ipc.queue(), ipc.event()
    local p = ipc.spawn(function()
      for _ = 1, 3 do
        start(function()
          while true do
            q:put(1)
            ready:set()
            q:get()
          end
        end)
      end
      ipc.sleep()
    end)
    assert(ready:wait(PATIENCE))
    for _ = 1, 20 do
      p:suspend()
      assert.is_true(q:put(1, PATIENCE))
      assert.truthy(q:get(PATIENCE))
      p:resume()
    end
    p:kill()
    p:join()
  end)

  it("ends though a daemon thread sits in a read, and starts processes meanwhile", function()
    local fifo = os.tmpname()
    local line = ("rm %s; mkfifo %s; exec 3<>%s; rm %s"):format(fifo, fifo, fifo, fifo)
    local out, err, status = shell.run(("%s; %s -e \"%s\" <&3"):format(line, shell.tidelock, [[
        local ipc = require [=[tidelock]=]
        local inside = ipc.queue()
        ipc.thread{ target = function()
          inside:put(io.open([=[/proc/thread-self/stat]=]):read([=[n]=]))
          io.read()
        end, daemon = true }:start()
        local stat, limit = [=[/proc/self/task/]=] .. inside:get(10) .. [=[/stat]=], ipc.now() + 10
        local function asleep() return io.open(stat):read([=[a]=]):find([=[) S]=], 1, true) end
        while not asleep() do assert(ipc.now() < limit) end
        for n = 1, 20 do assert(ipc.spawn(function() io.write(n, [=[ ]=]) end):join(10)) end
        assert(ipc.pool(1):apply(function() return true end))
        io.stderr:write([=[told]=])]]))
    assert.same({ 0, "told" }, { status, err })
    assert.equal(20, select(2, out:gsub("%d+ ", "")))
  end)

  it("does not let a daemon thread start processes", function()
    local t = ipc.thread{ target = function() return pcall(ipc.spawn, print) end, daemon = true }:start()
    assert.truthy(select(2, t:result(PATIENCE)):find("daemonic processes are not allowed to have children", 1, true))
  end)
end)

describe("a deadlock of threads", function()
  it("raises in who closes a cycle of locks", function()
    local a, b, both = ipc.lock{ name = "pan" }, ipc.lock{ name = "salt" }, ipc.barrier(2)
    local function cook(first, second)
      first:acquire()
      both:wait()
      local ok, message = pcall(second.acquire, second)
      if ok then second:release() end
      first:release()
      return ok or message
    end
    local one, two = start(cook, a, b), start(cook, b, a)
    local text = tostring(one:result(PATIENCE)) .. tostring(two:result(PATIENCE))
    assert.truthy(text:find('deadlock: thread%-%d+ holds lock "%a+" and wants "%a+"'), text)
  end)

  it("of all ends the program with a report and status 3", function()
    local _, err, status = shell.script[[
      local ipc = require "tidelock"
      local q = ipc.queue{ name = "empty one" }
      for i = 1, 2 do ipc.thread{ name = "reader-" .. i, target = function() q:get() end }:start() end
    ]]
    assert.equal(3, status, err)
    assert.truthy(err:find("deadlock: every task waits", 1, true), err)
    assert.truthy(err:find('reader%-2[^\n]*empty one'), err)
    assert.truthy(err:find("main", 1, true), err)
  end)
end)

-- a sanitizer's own allocator has locks that a fork copies as they are
local forks = shell.tidelock:find("sanitize") and pending or it

describe("a fork while threads run", function()
  forks("leaves no child stuck, 200 times", function()
    local q, back, stop = ipc.queue(20), ipc.queue(), ipc.event()
    local threads = {}
    for i = 1, 4 do
      threads[i] = start(function()
        local got = 0
        while not stop:is_set() do
          q:put({ ("x"):rep(math.random(300)), os.date() }, 0.01)
          if back:get(0.001) then got = got + 1 end
        end
        return got
      end)
    end
    local children = {}
    for n = 1, 200 do
      children[n] = ipc.spawn(function()
        local text = q:get()
        back:put(os.date("%Y") + #text + math.random() + os.time())
        return n
      end)
      if n % 8 == 0 then assert(children[n - 7]:join(PATIENCE)) end
    end
    for n, child in ipairs(children) do assert.equal(n, (child:result(PATIENCE))) end
    stop:set()
    local got = 0
    for _, t in ipairs(threads) do got = got + t:result(PATIENCE) end
    assert.equal(200, got + #back)
  end)

  forks("may find them starting commands", function()
    local stop, threads = ipc.event(), {}
    for i = 1, 2 do
      threads[i] = start(function()
        while not stop:is_set() do
          io.popen("true"):close()
          os.execute("true")
        end
      end)
    end
    for n = 1, 60 do
      local said, ran = ipc.spawn(function()
        local pipe = io.popen("echo " .. n)
        local text = pipe:read("n")
        pipe:close()
        return text, os.execute("true")
      end):result(PATIENCE)
      assert.same({ n, true }, { said, ran })
    end
    stop:set()
    for _, t in ipairs(threads) do assert.is_true(t:join(PATIENCE)) end
  end)

  forks("is done by the threads themselves", function()
    local threads = {}
    for i = 1, 4 do
      threads[i] = start(function()
        local sum = 0
        for n = 1, 25 do sum = sum + ipc.spawn(function() return n, math.random(), os.date() end):result() end
        return sum
      end)
    end
    for _, t in ipairs(threads) do assert.equal(325, (t:result(PATIENCE))) end
  end)
end)
