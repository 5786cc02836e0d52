-- ipc.thread: what it runs, what it is sent, and beside processes.
local ipc = require "tidelock"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 30

-- n threads and n processes run fn(i); all their results
local function mixed(n, fn)
  local tasks, results = {}, {}
  for i = 1, n do tasks[i] = ipc.spawn(fn, i) end
  for i = n + 1, 2 * n do tasks[i] = ipc.spawn_thread(fn, i) end
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
    local t = ipc.spawn_thread(function()
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
    local sum, point = ipc.spawn_thread(function(p)
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
    local t = ipc.spawn_thread(function(zero)
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
    local t = ipc.spawn_thread(use, setmetatable({}, Derived), setmetatable({}, Other))
    assert.same({ "hello", "hello", lock, true, 1, 1, true, true, true }, { t:result(PATIENCE) })
    t = ipc.spawn_thread(function(fn, ...)
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
    local t = ipc.spawn_thread(function()
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
    assert.equal(1, (ipc.spawn_thread(function() return 1 end):result(PATIENCE)))
    local function why(value)
      local q = ipc.queue()
      q:put(value)
      return ipc.spawn_thread(function(from) return select(2, pcall(from.get, from)) end, q):result(PATIENCE)
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
    local a, b = ipc.spawn_thread(draw), ipc.spawn_thread(draw)
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
    local t = ipc.spawn_thread(function() go:wait() end)
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
    assert.equal("from a process", ipc.spawn_thread(function() return p:result() end):result(PATIENCE))
    assert.equal("from a thread", ipc.spawn(function() return t:result() end):result(PATIENCE))
  end)

  it("ends alone by os.exit", function()
    local function code(n)
      local t = ipc.spawn_thread(function()
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
    local t = ipc.spawn_thread(function() go:wait() end)
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
    local none, why = ipc.spawn_thread(function() return coroutine.create(print) end):result(PATIENCE)
    assert.truthy(none == nil and why:find("cannot send result: a coroutine", 1, true))
  end)

  it("holds the ends of pipes that it is given", function()
    local ours, theirs = ipc.pipe()
    local t = ipc.spawn_thread(function() return theirs:recv() end)
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
