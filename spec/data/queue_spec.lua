local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local rounds = dofile "spec/support/rounds.lua"
local PATIENCE = 20

local function join(list)
  for _, process in ipairs(list) do assert(process:join(PATIENCE)) end
end

describe("ipc.queue", function()
  it("takes positional arguments or one table", function()
    assert.equal(3, ipc.queue(3).maxsize)
    local q = ipc.queue{ maxsize = 4, order = "lifo", name = "pile" }
    assert.equal(4, q.maxsize)
    assert.equal("lifo", q.order)
    assert.truthy(tostring(q):find('"pile"', 1, true))
    assert.equal(0, ipc.queue().maxsize)
  end)

  it("names what it does not know", function()
    for _, wrong in ipairs{ { max = 1 }, { maxsize = -1 }, { maxsize = 1.5 }, { order = "random" }, { name = 1 } } do
      local key = next(wrong)
      local ok, why = pcall(function() ipc.queue(wrong) end)
      assert.is_false(ok)
      assert.truthy(why:find("^spec/data/queue_spec.lua:%d+: queue: .*" .. key:sub(1, 3)), why)
    end
  end)
end)

describe("queue:put and get", function()
  it("keep the order of arrival", function()
    local q = ipc.queue()
    for n = 1, 1000 do assert.is_true(q:put(n)) end
    for n = 1, 1000 do assert.equal(n, q:get()) end
  end)

  it("say full and empty at once where they must not wait", function()
    local q = ipc.queue(1)
    assert.is_true(q:try_put("a"))
    assert.same({ nil, "full" }, { q:try_put("b") })
    assert.same({ nil, "full" }, { q:put("b", 0.01) })
    assert.equal("a", q:try_get())
    assert.same({ nil, "empty" }, { q:try_get() })
    assert.same({ nil, "empty" }, { q:get(0.01) })
  end)

  it("carry nil like any other message", function()
    local q = ipc.queue()
    q:put(nil)
    assert.equal(1, q:size())
    assert.equal(1, select("#", q:get()))
    assert.has_error(function() q:put() end)
  end)

  it("count exactly, right after each put", function()
    local q = ipc.queue(1000)
    for n = 1, 1000 do
      q:put(n)
      assert.equal(n, q:size())
      assert.equal(n, #q)
      assert.is_false(q:is_empty())
    end
    assert.is_true(q:is_full())
    for n = 999, 0, -1 do
      q:get()
      assert.equal(n, q:size())
    end
    assert.is_true(q:is_empty())
  end)

  it("hold 100,000 messages that nobody has read yet, and a child can end with them inside", function()
    local q = ipc.queue()
    local child = ipc.spawn(function()
      for n = 1, 100000 do q:put(n) end
    end)
    assert(child:join(PATIENCE))
    for n = 1, 100000 do assert.equal(n, q:get(0)) end
  end)

  it("carry strings of every size whole", function()
    local q = ipc.queue()
    for _, size in ipairs{ 0, 1, 100, 4070, 4095, 4096, 4097, 10000, 1 << 16, (1 << 20) + 1 } do
      local s = string.char(size % 256):rep(size)
      q:put(s)
      assert.is_true(q:get() == s)
    end
  end)

  it("lose nothing and double nothing among 4 writers and 4 readers, and keep each writer's order", function()
    for _, options in ipairs{ { maxsize = 0 }, { maxsize = 3 }, { order = "priority" },
      { order = "lifo", maxsize = 3 } } do
      local q, done, N = ipc.queue(options), ipc.queue(), 2000
      local writers, readers = {}, {}
      for w = 1, 4 do
        writers[w] = ipc.spawn(function()
          for n = 1, N do q:put(w * 100000 + n) end
        end)
        readers[w] = ipc.spawn(function()
          local last, sum, count = {}, 0, 0
          for _, v in q:items() do
            local from, n = v // 100000, v % 100000
            if n <= (last[from] or 0) and q.order ~= "lifo" then error("out of order") end
            last[from], sum, count = n, sum + v, count + 1
          end
          done:put{ sum, count }
        end)
      end
      join(writers)
      q:close()
      local sum, count = 0, 0
      for _ = 1, 4 do
        local part = done:get(PATIENCE)
        sum, count = sum + part[1], count + part[2]
      end
      join(readers)
      assert.equal(4 * N, count)
      assert.equal((1 + 2 + 3 + 4) * 100000 * N + 4 * N * (N + 1) // 2, sum)
    end
  end)
end)

describe("a lifo queue", function()
  it("gives the last first", function()
    local q = ipc.queue{ order = "lifo" }
    for n = 1, 100 do q:put(n) end
    for n = 100, 1, -1 do assert.equal(n, q:get(0)) end
  end)
end)

describe("a priority queue", function()
  it("gives lower priorities first, and ties in order of arrival", function()
    local q = ipc.queue{ order = "priority" }
    for n = 1, 200 do q:put({ n % 7, n }, { priority = n % 7 }) end
    local before = { -1, 0 }
    for _ = 1, 200 do
      local now = q:get(0)
      assert.truthy(now[1] > before[1] or (now[1] == before[1] and now[2] > before[2]))
      before = now
    end
  end)

  it("knows its options, and other queues have no priorities", function()
    local q = ipc.queue{ order = "priority", maxsize = 1 }
    assert.has_error(function() q:put(1, { prio = 1 }) end)
    assert.has_error(function() q:put(1, { priority = 0 / 0 }) end)
    assert.is_true(q:put(1, { priority = -2.5, timeout = 0 }))
    assert.same({ nil, "full" }, { q:put(2, { timeout = 0 }) })
    assert.has_error(function() ipc.queue():put(1, { priority = 1 }) end)
  end)
end)

describe("put_many and get_many", function()
  it("say how many, and why no more", function()
    local q = ipc.queue(3)
    assert.same({ 2 }, { q:put_many{ "a", "b" } })
    assert.same({ 1, "full" }, { q:put_many({ "c", "d" }, 0) })
    assert.same({ "a", "b" }, q:get_many(2))
    assert.same({ "c" }, q:get_many(100))
    assert.same({ nil, "empty" }, { q:get_many(5, 0) })
  end)

  it("say that the queue was closed, after what was left", function()
    local q = ipc.queue(3)
    assert.equal(2, q:put_many{ "a", "b" })
    q:close()
    assert.same({ 0, "closed" }, { q:put_many{ "c" } })
    assert.same({ nil, "closed" }, { q:try_put("c") })
    assert.same({ "a", "b" }, q:get_many(5))
    assert.same({ nil, "closed" }, { q:get_many(5) })
    assert.same({ nil, "closed" }, { q:try_get() })
    assert.same({ 0 }, { q:put_many{} })
  end)

  it("refuse what is no list and no number, and keep what was put before", function()
    local q = ipc.queue()
    for why, call in pairs{
      ["put_many: a list is expected"] = function() q:put_many("a") end,
      ["put_many: item 2 %(those before it were put%): cannot send value"] = function() q:put_many{ 1, io.stdout } end,
      ["get_many: max must be an integer from 1"] = function() q:get_many(0) end,
      ["get_many: max must be an integer"] = function() q:get_many() end,
      ["put: a value is expected"] = function() q:put() end,
      ["put: .*priorit"] = function() q:put(1, { priority = 1 }) end,
      ["task_done: more items done than were put"] = function() q:task_done() q:task_done() end,
    } do
      local ok, message = pcall(call)
      assert.truthy(not ok and message:find("^spec/data/queue_spec.lua:%d+: queue#%d+: " .. why), message)
    end
    assert.equal(1, q:get(0))
  end)
end)

describe("a task that is killed", function()
  for _, order in ipairs{ "fifo", "lifo", "priority" } do
    it("while it puts or gets leaves whole messages, each once, " .. order, function()
      local q, seen = ipc.queue{ order = order, maxsize = 20 }, {}
      for round = 1, rounds(10) do
        local list = {}
        for n = 1, 4 do
          list[n] = ipc.spawn(function()
            for i = 1, math.maxinteger do q:put{ round, n, i, ("x"):rep(i % 2 * 5000) } end
          end)
          list[n + 4] = ipc.spawn(function()
            while true do q:get() end
          end)
        end
        for _ = 1, 8 do
          local m = q:get(PATIENCE)
          local key = table.concat(m, ".", 1, 3)
          assert.is_nil(seen[key])
          seen[key] = true
          assert.equal(m[3] % 2 * 5000, #m[4])
        end
        for _, p in ipairs(list) do p:kill() end
        join(list)
        while not q:is_empty() do
          local m = q:get(0)
          assert.equal(m[3] % 2 * 5000, #m[4])
        end
      end
      assert.is_true(q:put("whole", PATIENCE))
      assert.equal("whole", q:get(0))
    end)
  end
end)

describe("task_done and join", function()
  it("count items until all are done", function()
    local q = ipc.queue()
    assert.is_true(q:join(0))
    q:put(1)
    q:put(2)
    assert.same({ nil, "timeout" }, { q:join(0.01) })
    q:get()
    q:get()
    assert.same({ nil, "timeout" }, { q:join(0) })
    q:task_done()
    q:task_done()
    assert.is_true(q:join(0))
    assert.has_error(function() q:task_done() end)
  end)

  for _, order in ipairs{ "fifo", "lifo", "priority" } do
    it("abandon what a killed consumer had taken, " .. order, function()
      local q, taken = ipc.queue{ order = order }, ipc.event()
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

describe("close", function()
  it("lets readers drain, and refuses writers", function()
    for _, order in ipairs{ "fifo", "lifo", "priority" } do
      local q = ipc.queue{ order = order }
      q:put("left")
      q:close()
      q:close()
      assert.same({ nil, "closed" }, { q:put("late") })
      assert.equal("left", q:get())
      assert.same({ nil, "closed" }, { q:get() })
      assert.same({ nil, "closed" }, { q:get(0) })
    end
  end)

  it("wakes who waits", function()
    local q, full = ipc.queue(), ipc.queue(1)
    full:put(1)
    local reader = ipc.spawn(function() return select(2, q:get()) end)
    local writer = ipc.spawn(function() return select(2, full:put(2)) end)
    await(function() return tostring(q):find("1 getting") and tostring(full):find("1 putting") end)
    q:close()
    full:close()
    assert.equal("closed", reader:result(PATIENCE))
    assert.equal("closed", writer:result(PATIENCE))
  end)

  it("ends the loop over items", function()
    local q, seen = ipc.queue(), {}
    q:put("a")
    q:put(nil)
    q:put(false)
    q:close()
    for i, v in q:items() do seen[i] = { v } end
    assert.same({ { "a" }, {}, { false } }, seen)
  end)
end)

describe("a queue that travels", function()
  it("is the same queue where it arrives", function()
    local q = ipc.queue()
    local inner = ipc.queue{ name = "inner" }
    q:put{ at = { inner, inner } }
    local t = q:get()
    assert.equal(inner, t.at[1])
    assert.equal(inner, t.at[2])
    local child = ipc.spawn(function(given) given.q:get():put("from the child") end, { q = q })
    q:put(inner)
    assert.equal("from the child", inner:get(PATIENCE))
    child:join()
  end)

  it("is kept alive by the message that carries it", function()
    local outer = ipc.queue()
    do
      local inner = ipc.queue()
      inner:put("kept")
      outer:put(inner)
    end
    collectgarbage()
    collectgarbage()
    assert.equal("kept", outer:get():get(0))
  end)
end)
