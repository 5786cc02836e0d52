-- table: updates, and many tasks at once; the same without a name, near and far.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local contents = dofile "spec/support/contents.lua"
local raises = dofile "spec/support/raises_at.lua"
local shows = dofile "spec/support/shows.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 60

for _, at in ipairs(both.all) do
  describe("a table, " .. at.where .. ",", function()
    it("is updated by a function", function()
      local t = at.table{ n = 1 }
      assert.equal(2, t:update("n", function(n) return n + 1 end))
      assert.equal(2, t.n)
      assert.equal("new", t:update("m", function(m) return m == nil and "new" end))
      assert.is_nil(t:update("n", function() return nil end))
      assert.same({ m = "new" }, contents(t))
      t.n = 1
      local why = select(2, pcall(t.update, t, "n", function() error("no") end))
      assert.truthy(why:find "^spec/data/table_update_spec.lua:%d+: no$", why)
      local thrown = {}
      assert.equal(thrown, select(2, pcall(t.update, t, "n", function() error(thrown) end)))
      raises(at, t, "update: the function must return the new value; nil removes the key", t.update, t, "n",
        function() end)
      raises(at, t, "update: cannot send value: ", t.update, t, "n", function() return coroutine.create(print) end)
      raises(at, t, "update: the timeout must be a number of seconds or nil", t.update, t, "n", print, "1")
      assert.is_true(ipc.spawn(function()
        t.n = t.n + 1
        return true
      end):result(PATIENCE))
      assert.equal(2, t.n)
    end)

    it("may be written by its update, another key too", function()
      local t = at.table{ from = 10, to = 0 }
      assert.equal(7, t:update("from", function(from)
        t.last = 3
        t:update("to", function(to) return to + 3 end)
        return from - 3
      end))
      assert.same({ from = 7, to = 3, last = 3 }, contents(t))
      assert.falsy(tostring(t):find("held"), tostring(t))
    end)

    it("loses no update among 8 tasks", function()
      local t, N = at.table{ n = 0 }, at.times(1000)
      tasks.succeed(tasks.spawn(8, function()
        for _ = 1, N do t:update("n", function(n) return n + 1 end) end
      end))
      assert.equal(8 * N, t.n)
    end)

    it("loses no add among updates and sets, nor a set of different keys, while it grows", function()
      local t, N = at.table{ n = 0 }, at.times(1000)
      tasks.succeed(tasks.spawn(8, function(p)
        for i = 1, N do
          t:add("sum", i)
          if i % 8 == 0 then t:update("n", function(n) return n + 1 end) end
          t[p * 10000 + i] = i
          t["key " .. p .. " of many, and long " .. i] = ("v"):rep(i % 50)
          if i % 2 == 0 then t[p * 10000 + i - 1] = nil end
        end
      end))
      local count = 0
      for p = 1, 8 do
        for i = 1, N do
          assert.equal(i % 2 == 0 and i or nil, t[p * 10000 + i])
          assert.equal(("v"):rep(i % 50), t["key " .. p .. " of many, and long " .. i])
        end
      end
      for _ in pairs(t) do count = count + 1 end
      assert.same({ 12 * N + 2, 4 * N * (N + 1), 8 * (N // 8) }, { count, t.sum, t.n })
    end)

    it("is never read half, large values and small ones", function()
      local t, over = at.table{ k = ("0"):rep(30) }, ipc.event()
      local writers = tasks.spawn(2, function(n)
        while not over:is_set() do
          t.k = tostring(n):rep(30)
          t.k = tostring(n):rep(3000)
          t.k = tostring(n):rep(30000)
          t.k = nil
        end
      end)
      for _ = 1, at.times(3000) do
        local k = t.k
        assert(k == nil or k == k:sub(1, 1):rep(#k) and #k % 30 == 0)
      end
      over:set()
      tasks.succeed(writers)
    end)

    it("still races between get and set, for teaching", function()
      local t, N = at.table{ n = 0 }, at.times(200)
      tasks.succeed(tasks.spawn(2, function()
        for _ = 1, N do
          local n = t.n
          ipc.yield()
          t.n = n + 1
        end
      end))
      assert.truthy(t.n <= 2 * N)
    end)

    it("keeps the old value where a task dies in its update, and lets the others go on", function()
      local t, inside = at.table{ n = 7 }, ipc.event()
      local dying = ipc.spawn(function()
        t:update("n", function()
          inside:set()
          ipc.sleep()
          return 8
        end)
      end)
      assert(inside:wait(PATIENCE))
      assert.equal(7, t.n)
      local update = ipc.spawn(function() return t:update("n", function(n) return n * 2 end) end)
      dying:kill()
      assert.equal(14, (update:result(PATIENCE)))
      assert.same({ n = 14 }, contents(t))
    end)

    it("has whole values only, though tasks are killed while they set", function()
      local t = at.table{ n = 0 }
      local q = at.queue()
      for round = 1, at.times(30) do
        local p = ipc.spawn(function()
          for i = 1, math.huge do
            local c = string.char(97 + i % 26)
            t[i % 50] = c:rep(i % 40)
            t["large " .. i % 5] = { c, c:rep(6000), q }
            t["a key that is too long for a slot " .. i % 20] = i % 3 > 0 and c or nil
            t:update("n", function(n) return n + 1 end)
          end
        end)
        local before = t.n
        await(function() return t.n >= before + round * 10 end)
        p:kill()
        p:join(PATIENCE)
        for k, v in pairs(t) do
          if k == "n" or k == "after" then
            assert.equal("integer", math.type(v))
          elseif type(v) == "table" then
            assert(v[2] == v[1]:rep(6000) and v[3] == q)
          else
            assert(v == v:sub(1, 1):rep(#v))
          end
        end
        assert.is_true(t:set("after", round))
      end
      for _, k in ipairs(t:keys()) do t[k] = nil end
      assert.same({}, t:keys())
    end)
  end)
end

for _, at in ipairs(both.here) do
  describe("a table of this machine, " .. at.where .. ",", function()
    it("keeps writers out meanwhile, and lets readers in", function()
      local t, go = at.table{ n = 1 }, ipc.event()
      local p = ipc.spawn(function()
        t:update("n", function(n)
          go:wait()
          return n + 1
        end)
      end)
      await(function() return tostring(t):find("held by process%-%d+ %(pid %d+%), 0 waiting") end)
      assert.equal(1, t.n)
      assert.same({ nil, "timeout" }, { t:update("n", function() return 5 end, 0) })
      local writer = ipc.spawn(function() t.n = 10 * t.n end)
      shows(t, "1 waiting")
      assert.equal(1, t.n)
      go:set()
      tasks.succeed{ p, writer }
      assert.equal(10, t.n) -- the writer had read before
    end)

    it("closes no cycle with a lock", function()
      local t, lock, ready = at.table{ n = 1 }, at.lock(), ipc.event()
      local p = ipc.spawn(function()
        lock:acquire()
        ready:set()
        t.n = 2
        lock:release()
      end)
      ready:wait()
      local ok, why = pcall(t.update, t, "n", function(n)
        while not tostring(t):find("1 waiting") do
          if t:get("n") == 2 then return n end -- it came first
          ipc.yield()
        end
        return lock:with(function() return n end)
      end)
      assert.truthy(ok or why:find("deadlock: "), why)
      tasks.succeed{ p }
      assert.equal(2, t.n)
    end)

    it("is written by those who wait for a task that dies in its update", function()
      local t = at.table{ n = 7 }
      local dying = ipc.spawn(function()
        t:update("n", function()
          t.inside = true
          ipc.sleep()
          return 8
        end)
      end)
      await(function() return t.inside end)
      local set, update = ipc.spawn(function() t.m = 1 end), ipc.spawn(function()
        return t:update("n", function(n) return n * 2 end)
      end)
      shows(t, "2 waiting")
      assert.equal(7, t.n)
      dying:kill()
      tasks.succeed{ set }
      assert.equal(14, (update:result(PATIENCE)))
      assert.same({ n = 14, m = 1, inside = true }, contents(t))
    end)
  end)
end
