local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 60

local function join(list)
  for _, p in ipairs(list) do
    assert.is_true(p:join(PATIENCE))
    assert.equal(0, p.exitcode)
  end
end

local function spawn(count, fn)
  local list = {}
  for n = 1, count do list[n] = ipc.spawn(fn, n) end
  return list
end

-- what the call raises, without the line, which must be this file's
local function raised(fn)
  local ok, why = pcall(fn)
  assert.is_false(ok)
  local message = why:match("^spec/data/table_spec.lua:%d+: (.*)$")
  assert(message, why)
  return (message:gsub("^table#%d+", "table#N"))
end

local function contents(t)
  local copy = {}
  for k, v in pairs(t) do copy[k] = v end
  return copy
end

describe("a table", function()
  it("has what was set, and nothing else", function()
    local t = ipc.table{ apples = 3, pears = 4, 10, 20 }
    assert.same({ 3, 4, 10, 20 }, { t.apples, t.pears, t[1], t[2] })
    assert.is_nil(t.plums)
    t.apples, t.plums, t.pears = 2, 1, nil
    assert.same({ apples = 2, plums = 1, 10, 20 }, contents(t))
    assert.is_true(t:set("apples", 5))
    assert.equal(5, t:get("apples"))
    assert.same({}, contents(ipc.table()))
  end)

  it("takes one table for its contents, but for { init =, name = }", function()
    assert.equal("Ann", ipc.table{ name = "Ann" }.name)
    assert.equal(1, ipc.table{ init = 1, name = "Ann" }.init)
    assert.equal(2, ipc.table{ init = { 1 }, name = "Ann", more = 2 }.more)
    local t = ipc.table{ init = { init = 7 }, name = "stock" }
    assert.same({ init = 7 }, contents(t))
    assert.truthy(tostring(t):find('^table#%d+ "stock": 1 key$'), tostring(t))
    assert.truthy(tostring(ipc.table(nil, "empty")):find('"empty": 0 keys$'))
    assert.same({ "a" }, contents(ipc.table({ "a" }, "named")))
    assert.equal("table: the contents must be a table, not a number", raised(function() ipc.table(3) end))
    assert.equal("table: 3 arguments given; there are: init, name", raised(function() ipc.table({}, "a", 1) end))
    assert.equal("table: the name must be a string, not a number", raised(function() ipc.table({}, 1) end))
    assert.equal("table#N: table: the key must be a string, a number or a boolean, not a table",
      raised(function() ipc.table{ [{}] = 1 } end))
    assert.equal("table#N: table: cannot send value: a coroutine cannot leave its process",
      raised(function() ipc.table{ coroutine.create(print) } end))
  end)

  it("has keys as Lua has them", function()
    local t = ipc.table()
    local long = ("long"):rep(100)
    local keys = { "", "\0", "a", ("x"):rep(24), ("x"):rep(25), long, long .. "\0", 0, -1, math.maxinteger,
      math.mininteger, 0.5, -0.5, 2^63, math.huge, -math.huge, true, false, "1", "true", "0.5" }
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
    local t = ipc.table()
    local wrong = "table#N: the key must be a string, a number or a boolean, not "
    assert.equal("table#N: the key is not a number (NaN)", raised(function() t[0 / 0] = 1 end))
    assert.equal("table#N: the key is not a number (NaN)", raised(function() return t[0 / 0] end))
    assert.equal(wrong .. "nil", raised(function() t[nil] = 1 end))
    assert.equal(wrong .. "nil", raised(function() return t[nil] end))
    assert.equal(wrong .. "a table", raised(function() t[{}] = 1 end))
    assert.equal(wrong:gsub("N:", "N: get:") .. "nil", raised(function() t:get() end))
    assert.equal(wrong:gsub("N:", "N: update:") .. "a function", raised(function() t:update(print, print) end))
    assert.equal("table#N: set: a key and a value are expected; nil removes the key",
      raised(function() t:set("k") end))
    assert.equal("table#N: update: a function is expected, not a number", raised(function() t:update("k", 1) end))
    assert.equal("table#N: cannot send value.lock.owner: a coroutine cannot leave its process",
      raised(function() t.k = { lock = { owner = coroutine.create(print) } } end))
    assert.same({}, contents(t))
  end)

  it("keeps the names of its methods for them, but not from get and set", function()
    local t = ipc.table()
    for _, name in ipairs{ "get", "set", "update", "keys" } do
      assert.equal(([[table#N: "%s" is the name of a method: write such a key by t:set("%s", value), ]] ..
        [[and read it by t:get("%s"); methods there are: get, set, add, update, keys]]):gsub("%%s", name),
        raised(function() t[name] = 1 end))
      t:set(name, "a value")
      assert.equal("a value", t:get(name))
      assert.equal("function", type(t[name]))
    end
    assert.same({ "get", "set", "update", "keys" }, t:keys())
    assert.truthy(raised(function() ipc.table{ keys = 1 } end):find('^table#N: table: "keys" is the name'))
  end)

  it("keeps values of every size and type", function()
    local t = ipc.table()
    for _, value in ipairs{ 1, 1.0, 0.1, math.mininteger, true, false, "" } do
      t.k = value
      assert.equal(value, t.k)
      assert.equal(math.type(value), math.type(t.k))
    end
    for size = 0, 80 do
      t.k = ("s"):rep(size)
      assert.equal(("s"):rep(size), t.k)
    end
    for _, size in ipairs{ 4000, 4096, 5000, 1 << 20, 3, 100000 } do
      t.k = ("s"):rep(size)
      assert.is_true(t.k == ("s"):rep(size))
    end
  end)

  it("gives copies of the tables in it", function()
    local t, mine = ipc.table(), { b = { 1 } }
    mine.self = mine
    t.a = mine
    mine.b = 2
    t.a.b = 3
    assert.same({ 1 }, t.a.b)
    local copy = t.a
    assert.equal(copy, copy.self)
    assert.is_false(rawequal(t.a, t.a))
    t:update("a", function(a)
      a.b = 4
      return a
    end)
    assert.equal(4, t.a.b)
  end)

  it("has objects as values, and functions with their upvalues", function()
    local t, q, n = ipc.table(), ipc.queue{ name = "in a table" }, 40
    t.q, t.inner, t.fn = q, ipc.table{ deep = 1 }, function() return n + 2 end
    q:put("a message")
    assert.equal(q, t.q)
    q = nil -- luacheck: ignore
    collectgarbage()
    assert.equal("a message", t.q:get(0))
    ipc.spawn(function()
      t.inner.deep = 2
      t.q:put(t.fn())
    end):join(PATIENCE)
    assert.equal(2, t.inner.deep)
    assert.equal(42, t.q:get(0))
    t.q = nil
    collectgarbage()
    assert.is_nil(t.q)
  end)

  it("has the length of its sequence", function()
    local t = ipc.table()
    assert.equal(0, #t)
    for n = 1, 100 do
      t[n] = n
      assert.equal(n, #t)
    end
    t.other, t[0], t[-1], t[200] = 1, 1, 1, 1
    assert.truthy(#t == 100 or #t == 200)
    t[200] = nil
    assert.equal(100, #t)
    for n = 100, 1, -1 do
      t[n] = nil
      assert.equal(n - 1, #t)
    end
    t[1 << 62], t[math.maxinteger] = 1, 1
    assert.equal(0, #t)
  end)

  it("is gone through in the order of first setting, with values of the moment", function()
    local t, seen = ipc.table(), {}
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
    for i, v in ipairs(ipc.table{ "a", "b", "c" }) do list[i] = v end
    assert.same({ "a", "b", "c" }, list)
  end)

  it("grows to 100,000 keys and gives all its memory back", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      for _ = 1, dofile "spec/support/rounds.lua"(3) do
        local t = ipc.table()
        for i = 1, 100000 do t[i] = i end
        for i = 1, 100 do t["a long key that needs a block " .. i] = ("x"):rep(10000) end
        assert(#t == 100000 and #t:keys() == 100100)
        for i = 1, 100000 do assert(t[i] == i) end
        for _, k in ipairs(t:keys()) do t[k] = nil end
        assert(#t == 0 and next(t:keys()) == nil)
        local s = ("x"):rep(30 << 20) -- most of it: there would be no room beside a table that stayed large
        t.s = s
        assert(t.s == s)
      end
      for _ = 1, 20 do
        local t = ipc.table()
        for i = 1, 1000 do t[i] = ("v"):rep(2000) .. i end
        t.q = ipc.queue()
        t = nil
        collectgarbage()
      end
      print("done")
    ]], "TIDELOCK_MEMORY=48M")
    assert.equal(0, status, err)
    assert.equal("done\n", out)
  end)

  it("says that shared memory is full, and loses nothing", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local t, n, ok, why = ipc.table(), 0
      repeat
        n = n + 1
        ok, why = pcall(t.set, t, n, ("x"):rep(10000) .. n)
      until not ok
      print(why:match("shared memory is full"), #t == n - 1, t[n])
      for i = 1, n - 1 do assert(t[i] == ("x"):rep(10000) .. i) end
      t[1] = nil
      t.again = ("x"):rep(10000)
      print(pcall(t.set, t, 1, ("y"):rep(1 << 25)))
    ]], "TIDELOCK_MEMORY=8M")
    assert.equal(0, status, err)
    assert.truthy(out:find("^shared memory is full\ttrue\tnil\nfalse\t.*larger than"), out)
  end)
end)

describe("update", function()
  it("sets what the function returns, and returns it", function()
    local t = ipc.table{ n = 1 }
    assert.equal(2, t:update("n", function(n) return n + 1 end))
    assert.equal(2, t.n)
    assert.equal("new", t:update("m", function(m)
      assert.is_nil(m)
      return "new"
    end))
    assert.is_nil(t:update("n", function() return nil end))
    assert.same({ m = "new" }, contents(t))
  end)

  it("leaves the old value and no lock where the function raises, or returns nothing", function()
    local t = ipc.table{ n = 1 }
    assert.equal("no", raised(function() t:update("n", function() error("no") end) end))
    local thrown = {}
    assert.equal(thrown, select(2, pcall(t.update, t, "n", function() error(thrown) end)))
    assert.equal("table#N: update: the function must return the new value; nil removes the key",
      raised(function() t:update("n", function() end) end))
    assert.truthy(raised(function() t:update("n", function() return io.stdout end) end)
      :find("^table#N: update: cannot send value: "))
    assert.is_false(coroutine.resume(coroutine.create(function() t:update("n", coroutine.yield) end)))
    assert.is_true(ipc.spawn(function()
      t.n = t.n + 1
      return true
    end):result(PATIENCE))
    assert.equal(2, t.n)
  end)

  it("may write to the table, and update another key", function()
    local t = ipc.table{ from = 10, to = 0 }
    assert.equal(7, t:update("from", function(from)
      t.last = 3
      t:update("to", function(to) return to + 3 end)
      return from - 3
    end))
    assert.same({ from = 7, to = 3, last = 3 }, contents(t))
    assert.falsy(tostring(t):find("held"), tostring(t))
  end)

  it("keeps writers out meanwhile, and lets readers in", function()
    local t, go = ipc.table{ n = 1 }, ipc.event()
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
    await(function() return tostring(t):find("1 waiting") end)
    assert.equal(1, t.n)
    go:set()
    join{ p, writer }
    assert.equal(10, t.n) -- the writer had read before
  end)

  it("closes no cycle with a lock", function()
    local t, lock, ready = ipc.table{ n = 1 }, ipc.lock(), ipc.event()
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
    join{ p }
    assert.equal(2, t.n)
  end)
end)

describe("a table that many use", function()
  it("loses no update among 8 tasks", function()
    local t = ipc.table{ n = 0 }
    join(spawn(8, function()
      for _ = 1, 1000 do t:update("n", function(n) return n + 1 end) end
    end))
    assert.equal(8000, t.n)
  end)

  it("loses no set of different keys among 8 tasks, while it grows", function()
    local t = ipc.table()
    join(spawn(8, function(p)
      for i = 1, 1000 do
        t[p * 10000 + i] = i
        t["key " .. p .. " of many, and long " .. i] = ("v"):rep(i % 50)
        if i % 2 == 0 then t[p * 10000 + i - 1] = nil end
      end
    end))
    local count = 0
    for p = 1, 8 do
      for i = 1, 1000 do
        assert.equal(i % 2 == 0 and i or nil, t[p * 10000 + i])
        assert.equal(("v"):rep(i % 50), t["key " .. p .. " of many, and long " .. i])
      end
    end
    for _ in pairs(t) do count = count + 1 end
    assert.equal(8 * 1500, count)
  end)

  it("is never read half, large values and small ones", function()
    local t, over = ipc.table{ k = ("0"):rep(30) }, ipc.event()
    local writers = spawn(2, function(n)
      while not over:is_set() do
        t.k = tostring(n):rep(30)
        t.k = tostring(n):rep(3000)
        t.k = tostring(n):rep(30000)
        t.k = nil
      end
    end)
    for _ = 1, 3000 do
      local k = t.k
      assert(k == nil or k == k:sub(1, 1):rep(#k) and #k % 30 == 0)
    end
    over:set()
    join(writers)
  end)

  it("still races between get and set, for teaching", function()
    local t = ipc.table{ n = 0 }
    join(spawn(2, function()
      for _ = 1, 200 do
        local n = t.n
        ipc.yield()
        t.n = n + 1
      end
    end))
    assert.truthy(t.n <= 400)
  end)
end)

describe("a participant that is killed", function()
  it("in an update leaves the old value, and lets the others go on", function()
    local t = ipc.table{ n = 7 }
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
    await(function() return tostring(t):find("2 waiting") end)
    assert.equal(7, t.n)
    dying:kill()
    join{ set }
    assert.equal(14, (update:result(PATIENCE)))
    assert.same({ n = 14, m = 1, inside = true }, contents(t))
  end)

  it("in a storm of sets leaves every value whole", function()
    local t = ipc.table{ n = 0 }
    local q = ipc.queue()
    for round = 1, 30 do
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
