-- queue: the same without a name, near and far.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local rounds = dofile "spec/support/rounds.lua"
local shows = dofile "spec/support/shows.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20
local ORDERS = { "fifo", "lifo", "priority" }

for _, at in ipairs(both.all) do
  describe("a queue, " .. at.where .. ",", function()
    it("takes positional arguments or one table", function()
      for _, q in ipairs{ at.queue{ maxsize = 4, order = "lifo" }, at.queue(4, "lifo") } do
        assert.same({ 4, "lifo" }, { q.maxsize, q.order })
        assert.truthy(tostring(q):find(": 0 of 4 messages, lifo, 0 getting, 0 putting, 0 joining", 1, true),
          tostring(q))
      end
      assert.equal(3, at.queue(3).maxsize)
      assert.equal(0, at.queue().maxsize)
      assert.equal("fifo", at.queue().order)
    end)

    it("names what it does not know", function()
      for _, wrong in ipairs{ { max = 1 }, { maxsize = -1 }, { maxsize = 1.5 }, { order = "random" } } do
        local ok, why = pcall(at.queue, wrong)
        assert.is_false(ok)
        assert.truthy(why:find("^spec/%g+:%d+: queue: .*" .. next(wrong):sub(1, 3)), why)
      end
      local q = at.queue()
      raises(at, q, 'there is no field or method "gett"; there are: put, try_put, put_many, get', function()
        return q.gett
      end)
      raises(at, q, 'the field "maxsize" cannot be set; an object is changed by its methods', function()
        q.maxsize = 3
      end)
    end)

    it("gives messages in its order", function()
      local q, lifo, priority = at.queue(), at.queue{ order = "lifo" }, at.queue{ order = "priority" }
      local N = at.times(500)
      for n = 1, N do
        assert.is_true(q:put(n))
        assert.is_true(lifo:put(n))
        assert.is_true(priority:put({ n % 7, n }, { priority = n % 7 }))
      end
      local before = { -1, 0 }
      for n = 1, N do
        assert.equal(n, q:get())
        assert.equal(N + 1 - n, lifo:get(0))
        local now = priority:get(0)
        assert.truthy(now[1] > before[1] or (now[1] == before[1] and now[2] > before[2]))
        before = now
      end
    end)

    it("orders priorities as numbers, of any size", function()
      local q = at.queue{ order = "priority" }
      local list = { math.huge, -math.huge, 0.5, -2.5, 1e300, 3, -1e-300 }
      for _, p in ipairs(list) do q:put(p, { priority = p }) end
      table.sort(list)
      for _, p in ipairs(list) do assert.equal(p, q:get(0)) end
    end)

    it("says full and empty at once where it must not wait", function()
      local q = at.queue(1)
      assert.is_true(q:try_put("a"))
      assert.same({ nil, "full" }, { q:try_put("b") })
      assert.same({ nil, "full" }, { q:put("b", 0.01) })
      assert.same({ nil, "full" }, { q:put("b", { timeout = 0 }) })
      local priority = at.queue{ order = "priority", maxsize = 1 }
      assert.is_true(priority:put(1, { priority = -2.5, timeout = 0 }))
      assert.same({ nil, "full" }, { priority:put(2, { timeout = 0 }) })
      assert.equal("a", q:try_get())
      assert.same({ nil, "empty" }, { q:try_get() })
      assert.same({ nil, "empty" }, { q:get(0.01) })
      assert.same({ nil, "empty" }, { q:get(-1) })
    end)

    it("carries what travels, and nil like any other message", function()
      local q = at.queue()
      for _, value in ipairs{ 1, 1.5, -0.0, math.mininteger, math.huge, true, false, "", "\0\r\n" } do
        q:put(value)
        local got = q:get()
        assert.is_true(got == value and math.type(got) == math.type(value))
      end
      local cycle = { 1, { deep = true } }
      cycle.self = cycle
      q:put(cycle)
      local copy = q:get()
      assert.equal(copy, copy.self)
      assert.same({ deep = true }, copy[2])
      q:put(nil)
      assert.equal(1, q:size())
      assert.equal(1, select("#", q:get()))
      raises(at, q, "put: a value is expected; nil is sent by put(nil)", q.put, q)
      raises(at, q, "put: cannot send value.owner: a coroutine cannot leave its process", q.put, q,
        { owner = coroutine.create(print) })
    end)

    it("carries strings of every size whole", function()
      local q = at.queue()
      for _, size in ipairs{ 0, 1, 100, 4070, 4095, 4096, 4097, 10000, 1 << 14, (1 << 14) + 1, 1 << 16, 100000,
        (1 << 20) + 1 } do
        local s = string.char(size % 256):rep(size)
        q:put(s)
        assert.is_true(q:get() == s)
      end
    end)

    it("carries tables of registered classes", function()
      local Point = ipc.register("spec.remote.point", { __index = { is_point = true } })
      local q = at.queue()
      q:put(setmetatable({ x = 1 }, Point))
      local got = q:get()
      assert.equal(Point, getmetatable(got))
      assert.is_true(got.is_point and got.x == 1)
      raises(at, q, "put: cannot send value: ", q.put, q, setmetatable({}, { __index = {} }))
    end)

    it("carries objects of its space, which are the same where they arrive", function()
      local q, inner, lock = at.queue(), at.queue(), at.lock()
      q:put{ at = { inner, inner }, lock = lock }
      local t = q:get()
      assert.equal(inner, t.at[1])
      assert.equal(inner, t.at[2])
      assert.equal(lock, t.lock)
      local child = ipc.spawn(function(given) given.q:get():put("from the child") end, { q = q })
      q:put(inner)
      assert.equal("from the child", inner:get(PATIENCE))
      child:join()
      local thread = ipc.thread(function(given) return given:put("from a thread") end, inner):start()
      assert.is_true(thread:result(PATIENCE))
      assert.equal("from a thread", inner:get(PATIENCE))
    end)

    it("counts exactly", function()
      local N = at.times(1000)
      local q = at.queue(N)
      for n = 1, N do
        q:put(n)
        assert.equal(n, q:size())
        assert.equal(n, #q)
        assert.is_false(q:is_empty())
        assert.equal(n == N, q:is_full())
      end
      for n = N - 1, 0, -1 do
        q:get()
        assert.equal(n, q:size())
      end
      assert.is_true(q:is_empty())
      assert.is_false(at.queue():is_full())
    end)

    it("loses nothing and doubles nothing among 4 writers and 4 readers, and keeps each writer's order", function()
      for _, options in ipairs{ { maxsize = 0 }, { maxsize = 3 }, { order = "priority" },
        { order = "lifo", maxsize = 3 } } do
        local q, done, N = at.queue(options), ipc.queue(), at.times(2000)
        local writers, readers = {}, {}
        for w = 1, 4 do
          writers[w] = ipc.spawn(function()
            for n = 1, N do q:put(w * 10000 + n) end
          end)
          readers[w] = ipc.spawn(function()
            local last, sum, count = {}, 0, 0
            for _, v in q:items() do
              local from, n = v // 10000, v % 10000
              if n <= (last[from] or 0) and q.order ~= "lifo" then error("out of order") end
              last[from], sum, count = n, sum + v, count + 1
            end
            done:put{ sum, count }
          end)
        end
        tasks.succeed(writers)
        q:close()
        local sum, count = 0, 0
        for _ = 1, 4 do
          local part = done:get(PATIENCE)
          sum, count = sum + part[1], count + part[2]
        end
        tasks.succeed(readers)
        assert.same({ 4 * N, 100000 * N + 4 * N * (N + 1) // 2 }, { count, sum })
      end
    end)
  end)

  describe("task_done and join, " .. at.where .. ",", function()
    it("count items until all are done", function()
      local q = at.queue()
      assert.is_true(q:join(0))
      q:put_many{ 1, 2 }
      assert.same({ nil, "timeout" }, { q:join(0.01) })
      q:get()
      q:get()
      assert.same({ nil, "timeout" }, { q:join(0) })
      local child = ipc.spawn(function() return q:join(PATIENCE) end)
      shows(q, "1 joining")
      q:task_done()
      q:task_done()
      assert.is_true((child:result(PATIENCE)))
      assert.is_true(q:join(0))
      raises(at, q, "task_done: more items done than were put; call it once for each item that get returned",
        q.task_done, q)
    end)

    for _, order in ipairs(ORDERS) do
      it("abandon what a killed consumer had taken, " .. order, function()
        local q, taken = at.queue{ order = order }, ipc.event()
        q:put(1)
        local consumer = ipc.spawn(function()
          q:get()
          taken:set()
          ipc.sleep()
        end)
        assert(taken:wait(PATIENCE))
        consumer:kill()
        assert.same({ true, "abandoned" }, { q:join(PATIENCE) })
        consumer:join()
        assert.same({ true }, { q:join(0) })
      end)
    end
  end)

  describe("close, " .. at.where .. ",", function()
    it("lets readers drain, and refuses writers", function()
      for _, order in ipairs(ORDERS) do
        local q = at.queue{ order = order }
        q:put("left")
        assert.is_true(q:close())
        assert.is_true(q:close())
        assert.same({ nil, "closed" }, { q:put("late") })
        assert.equal("left", q:get())
        assert.same({ nil, "closed" }, { q:get() })
        assert.same({ nil, "closed" }, { q:get(0) })
      end
    end)

    it("wakes who waits, and ends loops", function()
      local q, full, seen = at.queue(), at.queue(1), {}
      full:put(1)
      local reader = ipc.spawn(function() return select(2, q:get()) end)
      local writer = ipc.spawn(function() return select(2, full:put(2)) end)
      await(function() return tostring(q):find("1 getting") and tostring(full):find("1 putting") end)
      q:close()
      full:close()
      assert.equal("closed", reader:result(PATIENCE))
      assert.equal("closed", writer:result(PATIENCE))
      local last = at.queue()
      last:put("a")
      last:put(nil)
      last:put(false)
      last:close()
      for i, v in last:items() do seen[i] = { v } end
      assert.same({ { "a" }, {}, { false } }, seen)
    end)
  end)

  describe("a task that is killed, " .. at.where .. ",", function()
    for _, order in ipairs(ORDERS) do
      it("while it puts or gets leaves whole messages, each once, " .. order, function()
        local q, seen, SIZES = at.queue{ order = order, maxsize = 20 }, {}, { 0, 5000, 20000 }
        local function look(m)
          local key = table.concat(m, ".", 1, 3)
          assert.is_nil(seen[key])
          seen[key] = true
          assert.equal(SIZES[m[3] % 3 + 1], #m[4])
        end
        for round = 1, rounds(at.times(10)) do
          local list = {}
          for n = 1, 4 do
            list[n] = ipc.spawn(function()
              for i = 1, math.maxinteger do q:put{ round, n, i, ("x"):rep(SIZES[i % 3 + 1]) } end
            end)
            list[n + 4] = ipc.spawn(function()
              while true do q:get() end
            end)
          end
          for _ = 1, 8 do look(q:get(PATIENCE)) end
          for _, p in ipairs(list) do p:kill() end
          tasks.join(list)
          shows(q, "0 getting, 0 putting")
          while not q:is_empty() do look(q:get(0)) end
        end
        assert.is_true(q:put("whole", PATIENCE))
        assert.equal("whole", q:get(0))
      end)
    end
  end)
end

for _, at in ipairs(both.here) do
  describe("a queue of this machine, " .. at.where .. ",", function()
    it("holds 100,000 messages that nobody has read yet, and a child can end with them inside", function()
      local q = at.queue()
      local child = ipc.spawn(function()
        for n = 1, 100000 do q:put(n) end
      end)
      assert(child:join(PATIENCE))
      for n = 1, 100000 do
        local got = q:get(0)
        if got ~= n then error(("%s in the place of %d"):format(got, n)) end -- luassert takes 40 us for each
      end
    end)

    it("is kept alive by the message that carries it", function()
      local outer = at.queue()
      do
        local inner = at.queue()
        inner:put("kept")
        outer:put(inner)
      end
      collectgarbage()
      collectgarbage()
      assert.equal("kept", outer:get():get(0))
    end)
  end)
end

for _, at in ipairs(both) do
  describe("a queue of a space, " .. at.where .. ",", function()
    it("is found by its name alone", function()
      local name = at.fresh "queue"
      local q = at.space().queue(name, { maxsize = 4, order = "lifo" })
      assert.equal(q, at.space().queue(name))
      assert.equal(q, at.space().queue(name, 4, "lifo"))
    end)
  end)
end

describe("an unnamed queue", function()
  it("may have a name to be told by", function()
    assert.truthy(tostring(ipc.queue{ maxsize = 4, name = "pile" }):find('"pile"', 1, true))
    local ok, why = pcall(function() ipc.queue{ name = 1 } end)
    assert.truthy(not ok and why:find("^spec/data/queue_spec.lua:%d+: queue: .*name"), why)
  end)
end)
