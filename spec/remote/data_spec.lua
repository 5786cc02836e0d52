-- value and table: the same near and far.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local PATIENCE = 20

local function spawn(count, fn)
  local list = {}
  for n = 1, count do list[n] = ipc.spawn(fn, n) end
  return list
end

local function join(list)
  for _, p in ipairs(list) do
    assert.is_true(p:join(PATIENCE))
    assert.equal(0, p.exitcode)
  end
end

local function contents(t)
  local copy = {}
  for k, v in pairs(t) do copy[k] = v end
  return copy
end

for _, at in ipairs(both) do
  describe("a value, " .. at.where .. ",", function()
    it("keeps integers and floats apart", function()
      local v = at.value(5)
      assert.truthy(tostring(v):find ": 5$")
      assert.equal("integer", math.type(v:get()))
      assert.equal(8, v:add(3))
      assert.equal("integer", math.type(v:get()))
      assert.equal(8.5, v:add(0.5))
      assert.is_true(v:set(1.0))
      assert.equal("float", math.type(v:get()))
      assert.equal(0, at.value():get())
      v:set(math.maxinteger)
      assert.equal(math.maxinteger, v:get())
      assert.equal(math.mininteger, v:add(1))
      assert.equal("integer", math.type(v:get()))
      v:set(0 / 0)
      assert.truthy(v:get() ~= v:get())
      for _, n in ipairs{ math.huge, -math.huge, 0.1, 2.0^53, 1e-300, 2^53 + 1, math.maxinteger - 1 } do
        v:set(n)
        assert.equal(n, v:get())
        assert.equal(math.type(n), math.type(v:get()))
      end
      assert.equal(2.5, at.value{ init = 2.5 }:get())
      v:set(1)
      assert.equal(2, v:add())
    end)

    it("compares as Lua does", function()
      local v = at.value(1)
      assert.is_true(v:compare_set(1.0, 2))
      assert.is_false(v:compare_set(1, 3))
      assert.equal(2, v:get())
    end)

    it("refuses what is no number, and is none itself", function()
      local v = at.value()
      for _, call in ipairs{ "set", "add", "compare_set", "update" } do
        raises(at, v, call .. ": ", v[call], v, "1")
      end
      assert.has_error(function() at.value("x") end)
      raises(at, v, "it is no number itself: read it by v:get()", function() return v + 1 end)
      raises(at, v, "it is no number itself: read it by v:get()", function() return 1 < v end)
    end)

    it("loses no add, no update and no compare_set among 4 tasks", function()
      local v = at.value(0)
      local list = spawn(4, function(n)
        for _ = 1, 25 do
          if n == 1 then
            v:add(1)
          elseif n == 2 then
            local old
            repeat old = v:get() until v:compare_set(old, old + 1)
          else
            v:update(function(x) return x + 1 end)
          end
        end
      end)
      join(list)
      assert.equal(100, v:get())
    end)

    it("keeps its old number when update's function raises, returns no number, or dies", function()
      local v = at.value(7)
      local mine = {}
      assert.same({ false, mine }, { pcall(v.update, v, function() error(mine) end) })
      raises(at, v, "update: the function must return a number, not a string", v.update, v, function() return "8" end)
      local p = ipc.spawn(function() v:update(function() ipc.current():kill() ipc.sleep() end) end)
      p:join(PATIENCE)
      assert.equal(-9, p.exitcode)
      assert.equal(7, v:get())
      assert.equal(8, v:update(function(x) return x + 1 end))
    end)

    it("may not be written by its own update", function()
      local v = at.value(7)
      for call, given in pairs{ set = { 1 }, add = { 1 }, compare_set = { 7, 1 }, update = { math.abs } } do
        raises(at, v, call .. ": deadlock: held by this task already", v.update, v, function()
          v[call](v, table.unpack(given))
          return 8
        end)
      end
      assert.equal(7, v:get())
      assert.equal(8, v:update(function() return v:get() + 1 end))
    end)
  end)

  describe("a table, " .. at.where .. ",", function()
    it("has what was set, and nothing else", function()
      local t = at.table{ apples = 3, pears = 4, 10, 20 }
      assert.truthy(tostring(t):find ": 4 keys$", tostring(t))
      assert.same({ 3, 4, 10, 20 }, { t.apples, t.pears, t[1], t[2] })
      assert.is_nil(t.plums)
      t.apples, t.plums, t.pears = 2, 1, nil
      assert.same({ apples = 2, plums = 1, 10, 20 }, contents(t))
      assert.is_true(t:set("apples", 5))
      assert.equal(5, t:get("apples"))
      assert.same({}, contents(at.table()))
      assert.same({ init = 7 }, contents(at.table{ init = { init = 7 } }))
      assert.same({ init = 1, more = 2 }, contents(at.table{ init = 1, more = 2 }))
      local ok, why = pcall(at.table, 3)
      assert.truthy(not ok and why:find("table: the contents must be a table, not a number", 1, true), why)
    end)

    it("has keys as Lua has them", function()
      local t = at.table()
      local keys = { "", "\0", "a", ("x"):rep(300), 0, -1, math.maxinteger, math.mininteger, 0.5, -0.5, 2^63, math.huge,
        -math.huge, true, false, "1", "true", "0.5", "i1", "b0" }
      for i, key in ipairs(keys) do t[key] = i end
      for i, key in ipairs(keys) do assert.equal(i, t[key], tostring(key)) end
      assert.same(keys, t:keys())
      t[1.0] = "one"
      assert.equal("one", t[1])
      assert.equal("integer", math.type(t:keys()[#keys + 1]))
      assert.equal(t[-0.0], t[0])
      for _, key in ipairs(keys) do t[key] = nil end
      assert.same({ 1 }, t:keys())
    end)

    it("refuses other keys, and what does not travel", function()
      local t = at.table()
      local wrong = "the key must be a string, a number or a boolean, not "
      raises(at, t, ": the key is not a number (NaN)", function() t[0 / 0] = 1 end)
      raises(at, t, ": the key is not a number (NaN)", function() return t[0 / 0] end)
      raises(at, t, wrong .. "nil", function() t[nil] = 1 end)
      raises(at, t, wrong .. "a table", function() t[{}] = 1 end)
      raises(at, t, "get: " .. wrong .. "nil", t.get, t)
      raises(at, t, "update: " .. wrong .. "a function", t.update, t, print, print)
      raises(at, t, "set: a key and a value are expected; nil removes the key", t.set, t, "k")
      raises(at, t, "update: a function is expected, not a number", t.update, t, "k", 1)
      raises(at, t, "cannot send value.lock.owner: a coroutine cannot leave its process", function()
        t.k = { lock = { owner = coroutine.create(print) } }
      end)
      assert.same({}, contents(t))
    end)

    it("keeps the names of its methods for them, but not from get and set", function()
      local t = at.table()
      for _, name in ipairs{ "get", "set", "update", "keys" } do
        raises(at, t, ([["%s" is the name of a method: write such a key by t:set("%s", value), ]] ..
          [[and read it by t:get("%s"); methods there are: get, set, add, update, keys]]):gsub("%%s", name),
          function() t[name] = 1 end)
        t:set(name, "a value")
        assert.equal("a value", t:get(name))
        assert.equal("function", type(t[name]))
      end
      assert.same({ "get", "set", "update", "keys" }, t:keys())
    end)

    it("keeps values of every size and type", function()
      local t = at.table()
      for _, value in ipairs{ 1, 1.0, 0.1, math.mininteger, true, false, "", "#i5", "=", "@" } do
        t.k = value
        assert.equal(value, t.k)
        assert.equal(math.type(value), math.type(t.k))
      end
      for _, size in ipairs{ 80, 4096, 20000, 1 << 18, 3, 20000 } do
        t.k = ("s"):rep(size)
        assert.is_true(t.k == ("s"):rep(size))
      end
    end)

    it("gives copies of the tables in it, and objects themselves", function()
      local t, mine = at.table(), { b = { 1 } }
      mine.self = mine
      t.a = mine
      mine.b = 2
      t.a.b = 3
      assert.same({ 1 }, t.a.b)
      assert.equal(t.a.self.self.b[1], 1)
      t:update("a", function(a)
        a.b = 4
        return a
      end)
      assert.equal(4, t.a.b)
      local q = at.queue()
      t.q, t.inner = q, at.table{ deep = 1 }
      assert.equal(q, t.q)
      ipc.spawn(function()
        t.inner.deep = 2
        t.q:put("from the child")
      end):join(PATIENCE)
      assert.equal(2, t.inner.deep)
      assert.equal("from the child", q:get(0))
    end)

    it("has the length of its sequence", function()
      local t = at.table()
      assert.equal(0, #t)
      for n = 1, 20 do
        t[n] = n
        assert.equal(n, #t)
      end
      t.other, t[0], t[-1] = 1, 1, 1
      assert.equal(20, #t)
      for n = 20, 1, -1 do
        t[n] = nil
        assert.equal(n - 1, #t)
      end
      t[1 << 62], t[math.maxinteger] = 1, 1
      assert.equal(0, #t)
    end)

    it("is gone through in the order of first setting, with values of the moment", function()
      local t, seen = at.table(), {}
      for n = 1, 5 do t["k" .. n] = n end
      t.k1 = 10
      for k, v in pairs(t) do
        seen[#seen + 1] = k .. "=" .. v
        t["new" .. k] = 1
        t.k2 = nil
        t.k5 = 50
      end
      assert.equal("k1=10 k3=3 k4=4 k5=50", table.concat(seen, " "))
      local list = {}
      for i, v in ipairs(at.table{ "a", "b", "c" }) do list[i] = v end
      assert.same({ "a", "b", "c" }, list)
    end)

    it("is updated by a function", function()
      local t = at.table{ n = 1 }
      assert.equal(2, t:update("n", function(n) return n + 1 end))
      assert.equal(2, t.n)
      assert.equal("new", t:update("m", function(m) return m == nil and "new" end))
      assert.is_nil(t:update("n", function() return nil end))
      assert.same({ m = "new" }, contents(t))
      t.n = 1
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
    end)

    it("loses no update, add and set among 4 tasks", function()
      local t = at.table{ n = 0 }
      join(spawn(4, function(p)
        for i = 1, 20 do
          t:update("n", function(n) return n + 1 end)
          t:add("sum", i)
          t[p * 1000 + i] = ("v"):rep(i)
          if i % 2 == 0 then t[p * 1000 + i - 1] = nil end
        end
      end))
      assert.same({ 80, 4 * 210 }, { t.n, t.sum })
      for p = 1, 4 do
        for i = 1, 20 do assert.equal(i % 2 == 0 and ("v"):rep(i) or nil, t[p * 1000 + i]) end
      end
      assert.equal(42, #t:keys())
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

    it("is never read half, large values and small ones", function()
      local t, over = at.table{ k = ("0"):rep(30) }, ipc.event()
      local writers = spawn(2, function(n)
        while not over:is_set() do
          t.k = tostring(n):rep(30)
          t.k = tostring(n):rep(30000)
          t.k = nil
        end
      end)
      for _ = 1, 200 do
        local k = t.k
        assert(k == nil or k == k:sub(1, 1):rep(#k) and #k % 30 == 0)
      end
      over:set()
      join(writers)
    end)

    it("adds", function()
      local t = at.table{ there = 5, s = "x" }
      assert.same({ 1, 3.5, 12, 11, 4 },
        { t:add("a", 1), t:add("a", 2.5), t:add("b", 2, { init = 10 }), t:add("b", -1, { init = 0 }),
          t:add("there", -1) })
      assert.equal("integer", math.type(t.b))
      raises(at, t, "add: the value of the key is no number, but a string", t.add, t, "s", 1)
      assert.equal("x", t.s)
      raises(at, t, "add: what is to be added must be a number, not a string", t.add, t, "n", "1")
      raises(at, t, "add: init must be a number, not a string", t.add, t, "n", 1, { init = "x" })
      raises(at, t, "add: the key must be a string", t.add, t)
      t.max = math.maxinteger
      assert.equal(math.mininteger, t:add("max", 1))
    end)

    it("has keys that end by themselves", function()
      local t = at.table{ stays = 1 }
      assert.is_true(t:set("long", ("x"):rep(9000), { ttl = 1000 }))
      for i = 1, 3 do t:set(i, "v" .. i, { ttl = 0.1 }) end
      await(function() return t[3] == nil end)
      assert.is_nil(t:get(1))
      assert.equal(0, #t)
      local keys = t:keys()
      table.sort(keys)
      assert.same({ "long", "stays" }, keys)
      assert.same({ stays = 1, long = ("x"):rep(9000) }, contents(t))
      for _, set in ipairs{ function(k) t[k] = 2 end, function(k) t:set(k, 2) end, function(k) t:set(k, 2, {}) end } do
        t:set("a", 1, { ttl = 0.05 })
        set "a"
        t:set("b", 1, { ttl = 0.05 })
        await(function() return t.b == nil end)
        assert.equal(2, t.a)
      end
      t:set("n", 1, { ttl = 0.2 })
      t:update("n", function(n) return n + 1 end)
      t:add("n", 1, { ttl = 1000 })
      await(function() return t.n == nil end)
      assert.equal(1, t:add("n", 1, { ttl = 0.05 }))
      await(function() return t.n == nil end)
      for bad, why in pairs{
        [{ ttl = 0 }] = "ttl must be more than 0 seconds", [{ ttl = -1 }] = "ttl must be more than 0 seconds",
        [{ ttl = 0 / 0 }] = "ttl must be more than 0 seconds",
        [{ ttl = "1" }] = "ttl must be a number of seconds, not a string",
        [{ tll = 1 }] = 'unknown option "tll"', [5] = "the options must be a table, not a number",
      } do
        raises(at, t, "set: " .. why, t.set, t, "k", 1, bad)
        raises(at, t, "add: " .. why, t.add, t, "k", 1, bad)
      end
      t:set("k", 1, { ttl = math.huge })
      assert.equal(1, t.k)
    end)
  end)
end
