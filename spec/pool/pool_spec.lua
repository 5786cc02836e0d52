-- Pools: results, errors, misuse, and what becomes of tasks whose worker dies.
local ipc = require "tidelock"
local asleep = dofile "spec/support/asleep.lua"
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

local function die()
  ipc.current():kill()
  ipc.sleep()
end

-- What the call raises.
local function raised(...)
  local ok, why = pcall(...)
  assert.is_false(ok)
  return why
end

local function list(n)
  local items = {}
  for i = 1, n do items[i] = i end
  return items
end

describe("a pool", function()
  local pool

  setup(function() pool = ipc.pool{ workers = 2, name = "hands" } end)
  teardown(function() pool:terminate() end)

  describe("map", function()
    it("gives the results in order, whatever the chunk", function()
      for _, chunk in ipairs{ false, 1, 7, 1000 } do
        local results = pool:map(function(x) return x * x end, list(300), chunk or nil)
        assert.equal(300, #results)
        for i = 1, 300 do assert.equal(i * i, results[i]) end
      end
      assert.same({}, pool:map(print, {}))
    end)

    it("takes closures, recursion, shared objects and functions of modules", function()
      local factor, sum = 3, ipc.value(0)
      local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
      assert.same({ 3, 6 }, pool:map(function(x) return x * factor end, { 1, 2 }))
      factor = 4
      assert.same({ 4, 8 }, pool:map(function(x) return x * factor end, { 1, 2 }))
      assert.same({ 55, 89 }, pool:map(fib, { 10, 11 }))
      pool:map(function(x) sum:add(x) end, list(100))
      assert.equal(5050, sum:get())
      assert.same({ 2, 3 }, pool:map(math.sqrt, { 4, 9 }))
    end)

    it("keeps nil and false among the items and the results", function()
      local results = pool:map(function(x) return x end, { 1, false, 3 }, 2)
      assert.same({ 1, false, 3 }, results)
      assert.is_nil(pool:map(function(x) if x ~= 2 then return x end end, { 1, 2, 3 }, 3)[2])
    end)

    it("gives each job variables of its own", function()
      local n = 0
      local function count()
        n = n + 1
        return n
      end
      assert.same({ 1, 1, 1 }, pool:map(count, { 1, 2, 3 }, 1))
      assert.equal(0, n)
    end)

    it("raises the first error at once, with the worker's name and traceback", function()
      local gate, ran = ipc.event(), ipc.value(0)
      local why = raised(pool.map, pool, function(x)
        if x == 1 then error("no such dish") end
        ran:add(1)
        gate:wait()
      end, list(200), 1)
      gate:set()
      assert.truthy(ran:get() < 200)
      assert.truthy(why:find("pool#%d+ \"hands\": map: in hands%-worker%-%d+ %(pid %d+%): .*dish\nstack trace"), why)
    end)

    it("raises an error value as it is where it travels, at worst as text", function()
      assert.equal(7, raised(pool.map, pool, function() error({ code = 7 }) end, { 1 }).code)
      assert.is_nil(raised(pool.map, pool, function() error() end, { 1 }))
      local odd = raised(pool.map, pool, function()
        error(setmetatable({ coroutine.create(print) }, { __tostring = function() return "odd one" end }))
      end, { 1 })
      assert.truthy(odd:find("odd one"))
    end)

    it("says which result or item cannot travel", function()
      assert.truthy(raised(pool.map, pool, function() return { a = io.stdout } end, { 1 })
        :find("cannot send result 1.a: a file handle", 1, true))
      assert.truthy(raised(pool.map, pool, function() end, { 1, coroutine.create(print) })
        :find("cannot send item 2: a coroutine", 1, true))
    end)

    it("refuses what is no function, no list, no chunk", function()
      assert.truthy(raised(pool.map, pool, 1, {}):find("the task must be a function, not a number", 1, true))
      assert.truthy(raised(pool.map, pool, print, 3):find("a list is expected, not a number", 1, true))
      assert.truthy(raised(pool.map, pool, print, {}, 0):find("chunk must be an integer from 1", 1, true))
      assert.truthy(raised(pool.map, pool, print, {}, { chunks = 1 }):find("there are: chunk, progress", 1, true))
      assert.truthy(raised(pool.apply_async, pool, print, { n = 1 << 40 }):find("a list of up to 200000", 1, true))
    end)

    it("shows no progress where there is no terminal", function()
      local _, err, status = shell.script([[
        local ipc = require "tidelock"
        assert(#ipc.pool(1):map(function() end, { 1, 2 }, { progress = true, chunk = 1 }) == 0)
      ]])
      assert.same({ "", 0 }, { err, status })
    end)
  end)

  it("starmap gives each list as arguments", function()
    assert.same({ 5, 1 }, pool:starmap(function(a, b) return a - b end, { { 8, 3 }, { 2, 1 } }))
    assert.truthy(raised(pool.starmap, pool, print, { 1 }):find("each item must be a list of arguments", 1, true))
  end)

  describe("imap", function()
    it("gives results in order, of lists and of iterators", function()
      local seen = {}
      for i, r in pool:imap(function(x) return x + 1 end, list(50)) do seen[i] = r end
      for i = 1, 50 do assert.equal(i + 1, seen[i]) end
      local n, most = 0, 0
      local function source()
        n = n + 1
        if n <= 500 then return n end
      end
      for i, r in pool:imap(function(x) return -x end, source, 2) do
        assert.equal(-i, r)
        most = math.max(most, n - i)
      end
      assert.equal(501, n)
      assert.truthy(most < 100, most)
    end)

    it("gives results as they come when unordered", function()
      local first, count, seen = nil, 0, ipc.event()
      for i, r in pool:imap_unordered(function(s)
        if s == "late" then seen:wait(PATIENCE) end
        return s
      end, { "late", "early" }) do
        first = first or i
        seen:set()
        assert.equal(({ "late", "early" })[i], r)
        count = count + 1
      end
      assert.same({ 2, 2 }, { first, count })
    end)

    it("used by a callback or its own iterator meanwhile says so", function()
      local gate, items, next = ipc.event(), 0, nil
      pool:apply_async(function() end, {}, function()
        gate:set()
        next()
      end)
      next = pool:imap(function() gate:wait() end, { 1 })
      assert.truthy(raised(next):find("imap: it was used up", 1, true))
      next = pool:imap(function() end, function()
        items = items + 1
        if items == 1 then
          next()
          return "an item"
        end
      end)
      assert.truthy(raised(next):find("imap: it was used up", 1, true))
    end)

    it("raises an error at its item", function()
      local next = pool:imap(function(x) return 1 // x end, { 1, 0, 1 })
      assert.equal(1, (next()))
      assert.truthy(raised(next):find("imap: in hands", 1, true))
      assert.is_nil(next())
    end)
  end)

  it("apply gives all results, or raises", function()
    assert.same({ 1, nil, 3, n = 3 }, table.pack(pool:apply(function(...) return ... end, 1, nil, 3)))
    assert.truthy(raised(pool.apply, pool, function() error("x") end):find("apply: in hands", 1, true))
  end)

  describe("a future", function()
    it("has the results, twice, or raises the error, twice", function()
      local good = pool:submit(function() return "a", { 1 } end)
      local first, second = good:get()
      assert.same({ "a", { 1 } }, { first, second })
      assert.equal(second, select(2, good:get()))
      local bad = pool:submit(function() error("bad") end)
      assert.truthy(bad:wait(PATIENCE))
      assert.is_false(bad:is_ok())
      assert.truthy(raised(bad.get, bad):find("get: in hands", 1, true))
      assert.truthy(raised(bad.get, bad):find("bad", 1, true))
    end)

    it("says when it is ready, and is_ok raises before", function()
      local gate = ipc.event()
      local future = pool:submit(function() gate:wait() end)
      assert.is_false(future:is_ready())
      assert.same({ nil, "timeout" }, { future:get(0.01) })
      assert.same({ nil, "timeout" }, { future:wait(0) })
      assert.truthy(raised(future.is_ok, future):find("has not ended", 1, true))
      gate:set()
      assert.is_true(future:wait(PATIENCE))
      assert.is_true(future:is_ready() and future:is_ok())
    end)

    it("is one of the objects of ipc.wait", function()
      local gate, q = ipc.event(), ipc.queue()
      local future = pool:submit(function() return gate:wait() end)
      assert.same({ nil, "timeout" }, { ipc.wait({ q, future }, 0.01) })
      gate:set()
      local ready = ipc.wait({ q, future }, PATIENCE)
      assert.is_true(#ready == 1 and ready[1] == future)
      future:get()
      assert.equal(1, #ipc.wait({ future }, 0))
    end)

    it("stays in its process", function()
      local future = pool:submit(function() end)
      assert.truthy(raised(pool.apply, pool, function() end, future):find("future%) cannot leave its process"))
      local why = ipc.spawn(function() return select(2, pcall(future.get, future)) end):result(PATIENCE)
      assert.truthy(why:find("only be used by the process that made it", 1, true), why)
      why = ipc.spawn(function() return select(2, pcall(ipc.wait, { future }, 0)) end):result(PATIENCE)
      assert.truthy(why:find("only the process that made the pool can use it", 1, true), why)
      assert.equal("future of another process", ipc.spawn(function() return tostring(future) end):result(PATIENCE))
      future:get()
    end)

    it("can be cancelled: waiting, running, and not when it has ended", function()
      local gate, ran = ipc.event(), ipc.value(0)
      local running = { pool:submit(function() gate:wait() end), pool:submit(function() gate:wait() end) }
      local waiting = pool:submit(function() ran:add(1) end)
      assert.is_true(waiting:cancel())
      assert.truthy(raised(waiting.get, waiting):find("cancelled", 1, true))
      for _, future in ipairs(running) do future:cancel() end
      assert.truthy(raised(running[2].get, running[2]):find("cancelled", 1, true))
      assert.equal("goes on", pool:apply(function() return "goes on" end))
      assert.equal(0, ran:get())
      local ended = pool:submit(function() return 1 end)
      ended:wait(PATIENCE)
      assert.is_false(ended:cancel())
      assert.equal(1, ended:get())
    end)

    it("that is dropped leaves no job behind, and its task runs", function()
      local ran = ipc.value(0)
      for _ = 1, 2000 do pool:submit(function() ran:add(1) end) end
      collectgarbage()
      local limit = ipc.now() + PATIENCE
      while ran:get() < 2000 and ipc.now() < limit do ipc.sleep(0.01) end
      assert.equal(2000, ran:get())
    end)

    it("that is dropped gives its memory back", function()
      local _, err, status = shell.script([[
        local ipc = require "tidelock"
        local pool = ipc.pool(1)
        for _ = 1, 100 do
          local gate = ipc.event()
          pool:submit(function() gate:wait() end)
          for _ = 1, 1000 do pool:submit(function() end) end
          collectgarbage() -- while they wait
          gate:set()
          pool:apply(function() end)
        end
      ]], "TIDELOCK_MEMORY=32M")
      assert.same({ "", 0 }, { err, status })
    end)
  end)

  describe("a callback", function()
    local function until_true(predicate, wait)
      local limit = ipc.now() + PATIENCE
      while not predicate() and ipc.now() < limit do wait() end
      return predicate()
    end

    it("runs in the owner, in whatever call it waits", function()
      local q, e = ipc.queue(), ipc.event()
      for _, wait in ipairs{
        function() ipc.sleep(0.01) end, function() q:get(0.01) end, function() e:wait(0.01) end,
        function() ipc.wait({ q, e }, 0.01) end, function() pool:apply(function() end) end,
      } do
        local got
        pool:apply_async(function(x) return x + 1, ipc.getpid() end, { 1 }, function(...)
          got = { ipc.getpid(), ... }
        end)
        assert.truthy(until_true(function() return got end, wait))
        assert.same({ ipc.getpid(), 2 }, { got[1], got[2] })
        assert.truthy(got[3] ~= ipc.getpid())
      end
    end)

    it("runs, and the dead are replaced, while the owner waits for what is outside", function()
      local listener = ipc.listen("tcp:127.0.0.1:0")
      local connection, peer = ipc.connect(listener.address), listener:accept(PATIENCE)
      local command = ipc.command{ "cat", stdin = "pipe", stdout = "pipe" }
      pool:apply_async(asleep, { "main" }, function() peer:send("by a callback") end)
      assert.equal("by a callback", connection:recv(PATIENCE))
      pool:apply_async(asleep, { "main" }, function() command.stdin:write("by a callback\n") end)
      assert.equal("by a callback", command.stdout:read("l", PATIENCE))
      local runs, address = ipc.value(0), listener.address
      local dying = ipc.pool{ workers = 1, retry = 1 }
      local future = dying:submit(function()
        if runs:add(1) == 1 then
          asleep("main")
          die()
        end
        ipc.connect(address):send("by the second")
      end)
      assert.equal("by the second", listener:accept(PATIENCE):recv(PATIENCE))
      future:get()
      command.stdin:close()
      command:join()
    end)

    it("sends nothing into the middle of a message", function()
      local listener, called = ipc.listen("tcp:127.0.0.1:0"), ipc.event()
      local reader = ipc.spawn(function(address)
        local connection = ipc.connect(address)
        called:wait(PATIENCE)
        return #connection:recv(PATIENCE), connection:recv(PATIENCE)
      end, listener.address)
      local connection = listener:accept(PATIENCE)
      pool:apply_async(asleep, { "main" }, function()
        called:set()
        connection:send("second", PATIENCE)
      end)
      assert.is_true(connection:send(("x"):rep(30 << 20), PATIENCE))
      assert.same({ 30 << 20, "second" }, { reader:result(PATIENCE) })
    end)

    it("may wait for the command that the owner talks to", function()
      local c, inner = ipc.command "cat", nil
      c:suspend()
      pool:apply_async(asleep, { "main" }, function()
        inner = { c:join(0.01) }
        c:resume()
      end)
      assert.equal(300000, #c:communicate(("z"):rep(300000), PATIENCE))
      assert.same({ nil, "timeout" }, inner)
    end)

    it("wakes a wait that has no end, and lets it go on", function()
      local q = ipc.queue()
      pool:apply_async(function() asleep("main") return "put by a callback" end, nil, function(x) q:put(x) end)
      assert.equal("put by a callback", q:get(PATIENCE))
    end)

    it("may use what the wait that it interrupts is about", function()
      local q = ipc.queue(1)
      q:put("first")
      local message, inner = { ("y"):rep(10000), { ("z"):rep(5000) }, q }, nil
      pool:apply_async(function() end, {}, function()
        message[2] = nil
        collectgarbage()
        q:get()
        for _ = 1, 20 do ipc.queue():put(("w"):rep(20000)) end
        inner = pool:apply(function() return "a task within" end)
      end)
      assert.is_true(q:put(message, PATIENCE))
      assert.same({ ("y"):rep(10000), { ("z"):rep(5000) }, q }, q:get(PATIENCE))
      assert.equal("a task within", inner)
    end)

    it("has run once join returns, however the tasks ended", function()
      for _, ending in ipairs{ "close", "terminate" } do
        local ends, calls = ipc.pool(2), 0
        local function count() calls = calls + 1 end
        for _ = 1, 10 do ends:apply_async(function() end, {}, count, count) end
        ends[ending](ends)
        assert.is_true(ends:join(PATIENCE))
        assert.equal(10, calls)
      end
    end)

    it("gets the error at once where its task is cancelled behind many", function()
      local gate, last, why = ipc.event(), nil, nil
      for _ = 1, 20 do last = pool:apply_async(function() gate:wait() end, {}, nil, function(e) why = e end) end
      assert.is_true(last:cancel())
      assert.truthy(until_true(function() return why end, function() ipc.sleep(0.01) end))
      assert.truthy(why:find("apply_async: cancelled", 1, true))
      gate:set()
    end)

    it("is not called while its pool is about to be collected", function()
      local out, err, status = shell.script([[
        local ipc = require "tidelock"
        local called = false;
        (function()
          local pool = ipc.pool(1)
          local future = pool:apply_async(function() end, {}, function()
            called = true
            collectgarbage()
          end)
          setmetatable({}, { __gc = function() -- before the pool's own
            while not future:is_ready() do ipc.sleep(0.01) end
            ipc.sleep(0.01)
          end })
        end)()
        collectgarbage()
        print(called, #ipc.children())
      ]])
      assert.same({ "false\t0\n", "", 0 }, { out, err, status })
    end)

    it("is forgotten with its pool", function()
      local held = setmetatable({}, { __mode = "k" })
      do
        local ends, item = ipc.pool(1), {}
        held[item] = true
        ends:apply_async(function() ipc.sleep() end, {}, function() return item end)
      end
      for _ = 1, 3 do collectgarbage() end
      assert.is_nil(next(held))
    end)

    it("gets the error, and that of map_async the list", function()
      local why, results
      pool:apply_async(function() error("sad") end, {}, nil, function(e) why = e end)
      local future = pool:map_async(function(x) return x * 2 end, list(10), 3, function(l) results = l end)
      assert.truthy(until_true(function() return why and results end, function() ipc.sleep(0.01) end))
      assert.truthy(why:find("apply_async: in hands.*sad"), why)
      pool:map_async(function() error("sad") end, { 1 }, nil, nil, function(e) why = e end)
      assert.truthy(until_true(function() return why:find("map_async: in hands", 1, true) end,
        function() ipc.sleep(0.01) end))
      assert.same({ 10, 20 }, { #results, results[10] })
      assert.equal(10, #future:get())
      local failing = pool:map_async(function() error("sad") end, { 1 })
      assert.truthy(raised(failing.get, failing):find("sad", 1, true))
    end)

    it("may start a process, which collects garbage and has callbacks as any other", function()
      local process
      pool:apply_async(function() end, {}, function()
        process = ipc.spawn(function()
          local inner, called = ipc.pool(1), false
          inner:apply_async(function() end, {}, function() called = true end)
          local limit = ipc.now() + PATIENCE
          while not called and ipc.now() < limit do ipc.sleep(0.01) end
          return collectgarbage("isrunning"), called
        end)
      end)
      assert.truthy(until_true(function() return process end, function() ipc.sleep(0.01) end))
      assert.same({ true, true }, { process:result(2 * PATIENCE) })
    end)

    it("may close what the wait that it interrupts is about", function()
      local function closed_during(object, method)
        pool:apply_async(asleep, { "main" }, function()
          object:close()
          for _ = 1, 100 do ipc.pipe() end
        end)
        return { object[method](object, PATIENCE) }
      end
      for _ = 1, 4 do
        local listener = ipc.listen("tcp:127.0.0.1:0")
        local connection, peer = ipc.connect(listener.address), listener:accept(PATIENCE)
        assert.same({ nil, "closed" }, closed_during(connection, "recv"))
        assert.same({ nil, "closed" }, { peer:recv(PATIENCE) })
        assert.truthy(tostring(connection):find("closed", 1, true))
        assert.same({ nil, "closed" }, closed_during(listener, "accept"))
      end
    end)

    it("may close both ends of a pipe, and none that comes after is taken for it", function()
      for _ = 1, 4 do
        local first, second = ipc.pipe()
        local others = {}
        pool:apply_async(asleep, { "main" }, function()
          first:close()
          second:close()
          for i = 1, 10, 2 do
            others[i], others[i + 1] = ipc.pipe()
            others[i]:send("kept")
            others[i + 1]:send("kept")
          end
        end)
        assert.same({ nil, "closed" }, { first:recv(PATIENCE) })
        for i = 1, 10 do assert.equal("kept", others[i]:recv(0)) end
      end
    end)

    it("that raises is reported, and nothing else comes of it", function()
      local out, err, status = shell.script([[
        local ipc = require "tidelock"
        local pool = ipc.pool(1)
        local called = false
        local future = pool:apply_async(function() return 1 end, {}, function()
          called = true
          error("in a callback")
        end)
        while not called do ipc.sleep(0.01) end
        print(future:get())
      ]])
      assert.same({ "1\n", 0 }, { out, status })
      assert.truthy(err:find("a callback of pool#1 failed: .*in a callback"), err)
    end)
  end)

  it("belongs to its owner alone", function()
    local why = "only the process that made the pool can use it"
    assert.truthy(ipc.spawn(function() return select(2, pcall(pool.apply, pool, print)) end):result(PATIENCE)
      :find(why, 1, true))
    assert.truthy(raised(pool.apply, pool, function() pool:close() end):find(why, 1, true))
    why = "not allowed to have children"
    assert.truthy(raised(pool.apply, pool, function() ipc.spawn(print) end):find(why, 1, true))
  end)
end)

describe("a pool of a program at work in a space", function()
  local name, space, path = ("spec-pool-%d"):format(ipc.getpid()), nil, nil

  -- The space's tasks have other numbers than the program's, as this one has a place there.
  setup(function()
    space = ipc.open(name)
    path = shell.run("ls /dev/shm/tidelock-*-" .. name):match("%S+")
  end)
  teardown(function() os.remove(path) end)

  local function run(code)
    space.queue("q")
    local out, err, status = shell.script(("local NAME, PATIENCE = %q, %d\n"):format(name, PATIENCE) .. [[
      local ipc = require "tidelock"
      local q = ipc.open(NAME).queue("q")
      local function there() q:put(1) q:get() end
    ]] .. code)
    assert.same({ "", 0 }, { err, status })
    return out
  end

  it("is used as ever", function()
    assert.equal("true\tone\t4\t9\tdone\n", run[[
      local pool = ipc.pool(2)
      local future = pool:submit(function() return "one" end)
      future:wait()
      there()
      local ready = future:is_ready()
      there()
      local state = tostring(future):match("%a+$")
      local next = pool:imap(function(x) there() return x * x end, { 2, 3 })
      there()
      local _, four = next()
      there()
      local _, nine = next()
      there()
      print(ready, future:get(), four, nine, state)
    ]])
  end)

  it("takes no living worker for a dead one", function()
    assert.equal("false\tat work\n", run[[
      local pool = ipc.pool(2)
      local pid = ipc.value(0)
      local dies = pool:submit(function() pid:set(ipc.getpid()) ipc.current():kill() ipc.sleep() end)
      while pid:get() == 0 do end
      local stat
      repeat -- until it is a zombie, by no call that would see to it
        local file = io.open("/proc/" .. pid:get() .. "/stat")
        stat = file and file:read("a") or "(gone) Z"
        if file then file:close() end
      until stat:find(") Z", 1, true)
      there()
      print(pcall(dies.get, dies, PATIENCE), pool:apply(function() return "at work" end))
    ]])
  end)

  it("gives jobs whose items are functions and objects", function()
    assert.equal("7\t7\n", run[[
      local pool, n = ipc.pool(1), ipc.value(7)
      local function get() return n:get() end
      print(table.unpack(pool:map(function(f) there() return f() end, { get, get }, 2)))
    ]])
  end)

  it("has its callbacks, and its dead replaced, while it waits there", function()
    assert.equal("by a callback\tby the second\n", run[[
      local pool, runs = ipc.pool{ workers = 1, retry = 1 }, ipc.value(0)
      local asleep = dofile "spec/support/asleep.lua"
      pool:apply_async(asleep, { "main" }, function() q:put("by a callback") end)
      local first = q:get(PATIENCE)
      pool:submit(function()
        if runs:add(1) == 1 then
          asleep("main")
          ipc.current():kill()
          ipc.sleep()
        end
        q:put("by the second")
      end)
      print(first, q:get(PATIENCE))
    ]])
  end)
end)

describe("a worker", function()
  it("is there for each CPU, where no number is given", function()
    local pool = ipc.pool()
    assert.equal(ipc.cpu_count(), pool.workers)
    pool:terminate()
  end)

  it("that dies is replaced; its task fails with how it died", function()
    local pool = ipc.pool(2)
    local pid = pool:apply(ipc.getpid)
    assert.truthy(raised(pool.apply, pool, die):find("worker pool%-%d+%-worker%-%d+ %(pid %d+%) died: killed by"))
    assert.truthy(raised(pool.apply, pool, function() os.exit(7) end):find("it exited with status 7", 1, true))
    assert.truthy(raised(pool.map, pool, die, list(10)):find("died: killed by signal 9", 1, true))
    for _ = 1, 20 do assert.truthy(pool:apply(ipc.getpid) ~= nil) end
    assert.truthy(pid)
    pool:terminate()
  end)

  it("that dies has its task run again, as often as was said", function()
    local pool, runs = ipc.pool{ workers = 2, retry = 2 }, ipc.value(0)
    assert.equal("at last", pool:apply(function()
      if runs:add(1) <= 2 then die() end
      return "at last"
    end))
    runs:set(0)
    assert.truthy(raised(pool.apply, pool, function()
      runs:add(1)
      die()
    end):find("died", 1, true))
    assert.equal(3, runs:get())
    pool:terminate()
  end)

  it("is replaced while its owner waits for something else", function()
    local pool, q = ipc.pool{ workers = 1, retry = 1 }, ipc.queue()
    local again = ipc.value(0)
    local future = pool:submit(function()
      if again:add(1) == 1 then die() end
      q:put("from the second")
    end)
    assert.equal("from the second", q:get(PATIENCE))
    future:get()
    assert.is_true(pool:apply(function() return collectgarbage("isrunning") end))
    pool:terminate()
  end)

  it("is not replaced once its pool is being collected", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock";
      (function()
        local pool = ipc.pool(1)
        setmetatable({}, { __gc = function() -- before the pool's own
          pcall(pool.apply, pool, function() os.exit(1) end)
          print(pcall(pool.apply, pool, print))
        end })
      end)()
      collectgarbage()
    ]])
    assert.truthy(out:find("false.*pool#1: apply: was closed before"), out)
    assert.same({ "", 0 }, { err, status })
  end)

  it("runs the initializer first", function()
    local function remember(a, b) package.loaded.sum = a + b end
    local pool = ipc.pool{ workers = 2, initializer = remember, initargs = { 40, 1 } }
    assert.equal(42, pool:apply(function() return package.loaded.sum + 1 end))
    pool:terminate()
  end)

  it("whose initializer fails breaks the pool, which says so", function()
    local pool = ipc.pool{ workers = 2, initializer = function() error("no database") end }
    assert.truthy(raised(pool.apply, pool, print):find("the initializer failed in .*no database"))
    assert.truthy(raised(pool.map, pool, print, { 1 }):find("no database"))
    local dying = ipc.pool{ workers = 2, initializer = function() os.exit(4) end }
    assert.truthy(raised(dying.apply, dying, print):find("it exited with status 4", 1, true))
  end)

  it("leaves after max_tasks", function()
    local pool, pids, count = ipc.pool{ workers = 1, max_tasks = 2 }, {}, 0
    for _ = 1, 6 do pids[pool:apply(ipc.getpid)] = true end
    for _ in pairs(pids) do count = count + 1 end
    assert.equal(3, count)
    pool:close()
    assert.is_true(pool:join(PATIENCE))
  end)

  it("survives 1,000 kills: each of 100,000 tasks ends exactly once", function()
    local kills = rounds(1000)
    -- the pid: other runs from this folder have other processes
    local line = ("%s spec/support/storms/pool_storm.lua %d %d %d"):format(shell.tidelock, kills, kills * 100,
      ipc.getpid())
    local out, err, status = shell.run(line, 200)
    assert.equal(0, status, out .. err)
    assert.truthy(out:find(("%d kills: of %d tasks"):format(kills, kills * 100), 1, true), out)
    assert.same({}, shell.processes(line))
  end)
end)

describe("the end of a pool", function()
  it("comes by close and join, with all tasks done", function()
    local pool, ran = ipc.pool(2), ipc.value(0)
    for _ = 1, 100 do pool:submit(function() ran:add(1) end) end
    assert.truthy(raised(pool.join, pool):find("call close or terminate first", 1, true))
    assert.is_true(pool:close())
    assert.truthy(raised(pool.submit, pool, print):find("it was closed", 1, true))
    assert.is_true(pool:join(PATIENCE))
    assert.equal(100, ran:get())
  end)

  it("comes by terminate: what was not done fails", function()
    local pool = ipc.pool(2)
    local future = pool:submit(function() ipc.sleep() end)
    pool:terminate()
    assert.truthy(raised(future.get, future):find("terminated", 1, true))
    assert.is_true(pool:join(PATIENCE))
  end)

  it("comes with its last reference, and leaves no process", function()
    local out, err, status = shell.script[[
      local ipc = require "tidelock"
      do
        local pool = ipc.pool(2)
        pool:apply(function() end)
        print(#ipc.children())
      end
      collectgarbage()
      collectgarbage()
      print(#ipc.children())
    ]]
    assert.same({ "2\n0\n", "", 0 }, { out, err, status })
  end)

  it("comes with the script's, however it ends", function()
    for _, ending in ipairs{ "", "os.exit(0, true)", "os.exit(0)", "ipc.current():kill()" } do
      local _, _, _, path = shell.script([[
        local ipc = require "tidelock"
        local pool = ipc.pool(2)
        pool:submit(function() ipc.sleep() end)
        pool:apply(function() end)
      ]] .. ending)
      local limit = ipc.now() + PATIENCE
      while #shell.processes(path) > 0 and ipc.now() < limit do ipc.sleep(0.01) end
      assert.same({}, shell.processes(path))
    end
  end)

  it("takes no wrong options", function()
    assert.truthy(raised(ipc.pool, 0):find("workers must be an integer from 1", 1, true))
    assert.truthy(raised(ipc.pool, { wrokers = 1 }):find("unknown option \"wrokers\"", 1, true))
    assert.truthy(raised(ipc.pool, { initializer = 1 }):find("initializer must be a function", 1, true))
    assert.truthy(raised(ipc.pool, { initargs = {} }):find("for an initializer", 1, true))
  end)
end)
