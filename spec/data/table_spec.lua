-- table: the same without a name, near and far.  Updates and many tasks at once: table_update_spec.lua; keys that end
-- by themselves, and counters: table_lifetime_spec.lua.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local contents = dofile "spec/support/contents.lua"
local raised = dofile "spec/support/raised.lua"
local raises = dofile "spec/support/raises_at.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 60

for _, at in ipairs(both.all) do
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
    end)

    it("takes one table for its contents, but for { init = }", function()
      assert.same({ init = 7 }, contents(at.table{ init = { init = 7 } }))
      assert.same({ init = 1, more = 2 }, contents(at.table{ init = 1, more = 2 }))
      assert.same({ "a" }, contents(at.table{ "a" }))
      for text, given in pairs{
        ["table: the contents must be a table, not a number"] = 3,
        ["table: the key must be a string, a number or a boolean, not a table"] = { [{}] = 1 },
        ["table: cannot send value: a coroutine cannot leave its process"] = { coroutine.create(print) },
        ['table: "keys" is the name of a method'] = { keys = 1 },
      } do
        local ok, why = pcall(at.table, given)
        assert.truthy(not ok and why:find("^spec/%g+:%d+: ") and why:find(text, 1, true), why)
      end
    end)

    it("has keys as Lua has them", function()
      local t, long = at.table(), ("long"):rep(100)
      local keys = { "", "\0", "a", ("x"):rep(24), ("x"):rep(25), long, long .. "\0", 0, -1, math.maxinteger,
        math.mininteger, 0.5, -0.5, 2^63, math.huge, -math.huge, true, false, "1", "true", "0.5", "i1", "b0" }
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
      raises(at, t, wrong .. "nil", function() return t[nil] end)
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
      for size = 0, 80 do
        t.k = ("s"):rep(size)
        assert.equal(("s"):rep(size), t.k)
      end
      for _, size in ipairs{ 4000, 4096, 5000, 20000, 1 << 20, 3, 20000, 100000 } do
        t.k = ("s"):rep(size)
        assert.is_true(t.k == ("s"):rep(size))
      end
    end)

    it("gives copies of the tables in it", function()
      local t, mine = at.table(), { b = { 1 } }
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

    it("has objects as values", function()
      local t, q = at.table(), at.queue()
      t.q, t.inner = q, at.table{ deep = 1 }
      q:put("a message")
      assert.equal(q, t.q)
      q = nil -- luacheck: ignore
      collectgarbage()
      assert.equal("a message", t.q:get(0))
      ipc.spawn(function()
        t.inner.deep = 2
        t.q:put("from the child")
      end):join(PATIENCE)
      assert.equal(2, t.inner.deep)
      assert.equal("from the child", t.q:get(0))
      t.q = nil
      collectgarbage()
      assert.is_nil(t.q)
    end)

    it("has the length of its sequence", function()
      local t, N = at.table(), at.times(100)
      assert.equal(0, #t)
      for n = 1, N do
        t[n] = n
        assert.equal(n, #t)
      end
      t.other, t[0], t[-1], t[200] = 1, 1, 1, 1
      assert.truthy(#t == N or #t == 200)
      t[200] = nil
      assert.equal(N, #t)
      for n = N, 1, -1 do
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
  end)
end

describe("an unnamed table", function()
  it("takes { init =, name = } too, or its contents and its name", function()
    assert.equal("Ann", ipc.table{ name = "Ann" }.name)
    assert.equal(1, ipc.table{ init = 1, name = "Ann" }.init)
    assert.equal(2, ipc.table{ init = { 1 }, name = "Ann", more = 2 }.more)
    local t = ipc.table{ init = { init = 7 }, name = "stock" }
    assert.same({ init = 7 }, contents(t))
    assert.truthy(tostring(t):find('^table#%d+ "stock": 1 key$'), tostring(t))
    assert.truthy(tostring(ipc.table(nil, "empty")):find('"empty": 0 keys$'))
    assert.same({ "a" }, contents(ipc.table({ "a" }, "named")))
    assert.equal("table: 3 arguments given; there are: init, name", raised(function() ipc.table({}, "a", 1) end))
    assert.equal("table: the name must be a string, not a number", raised(function() ipc.table({}, 1) end))
  end)

  it("has functions as values, with their upvalues", function()
    local t, q, n = ipc.table(), ipc.queue(), 40
    t.fn = function() return n + 2 end
    ipc.spawn(function() q:put(t.fn()) end):join(PATIENCE)
    assert.equal(42, q:get(0))
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
