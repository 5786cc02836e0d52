-- Keys of a shared table that end by themselves, and counters in it: the same without a name, near and far.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local contents = dofile "spec/support/contents.lua"
local raises = dofile "spec/support/raises_at.lua"
local shell = dofile "spec/support/shell.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

-- Calls f with longer and longer lifetimes, until it has returned within that: so that it has seen what lives so long.
local function within(f)
  local ttl = 0.1
  local began, results
  repeat
    ttl, began = 2 * ttl, ipc.now()
    results = table.pack(f({ ttl = ttl }))
  until ipc.now() - began < ttl
  return table.unpack(results, 1, results.n)
end

for _, at in ipairs(both.all) do
  describe("a key with a ttl, " .. at.where .. ",", function()
    it("is there until then, and afterwards gone for every call", function()
      local t = at.table{ stays = 1 }
      assert.is_true(t:set("long", ("x"):rep(9000), { ttl = 1000 }))
      assert.same({ "v3", 5, 8 }, { within(function(life)
        for i = 1, 5 do t:set(i, "v" .. i, life) end
        t:set(("k"):rep(100), ("x"):rep(9000), life)
        return t[3], #t, #t:keys()
      end) })
      await(function() return t[("k"):rep(100)] == nil end) -- the last
      assert.is_nil(t:get(1))
      assert.equal(0, #t)
      assert.same({ "stays", "long" }, t:keys())
      assert.same({ stays = 1, long = ("x"):rep(9000) }, contents(t))
      t:update(2, function(old) return old == nil and "new" end)
      assert.equal("new", t[2])
    end)

    it("stays when it is set without one, and ends when it is set with another", function()
      local t = at.table()
      for _, set in ipairs{ function(k) t[k] = 2 end, function(k) t:set(k, 2) end, function(k) t:set(k, 2, {}) end } do
        t:set("a", 1, { ttl = 0.05 })
        set "a"
        t:set("b", 1, { ttl = 0.05 })
        await(function() return t.b == nil end)
        assert.equal(2, t.a)
        t:set("a", 3, { ttl = 0.05 })
        await(function() return t.a == nil end)
      end
    end)

    it("keeps its lifetime through update and add", function()
      local t = at.table()
      assert.equal(4, within(function(life)
        t:set("n", 1, life)
        t:update("n", function(n) return n + 1 end)
        t:add("n", 1)
        t:add("n", 1, { ttl = 1000 })
        return t.n
      end))
      await(function() return t.n == nil end)
      assert.equal(1, t:add("n", 1))
    end)

    it("leaves nothing behind when its setter is killed at any moment", function()
      local t = at.table()
      for n = 1, at.times(30) do
        local p = ipc.spawn(function()
          for i = 1, math.huge do
            t:set(i % 100, ("x"):rep(i * 77 % 6000), { ttl = 0.0001 * (i % 9 + 1) })
            t:add("n", 1, { ttl = 0.001 })
          end
        end)
        ipc.sleep(0.002 * (n % 5))
        p:kill()
        p:join()
      end
      await(function() return #t:keys() == 0 end)
      t:set(1, "one")
      assert.same({ "one", 1 }, { t[1], #t })
    end)

    it("has a ttl that makes sense", function()
      local t = at.table()
      for bad, why in pairs{
        [{ ttl = 0 }] = "ttl must be more than 0 seconds", [{ ttl = -1 }] = "ttl must be more than 0 seconds",
        [{ ttl = 0 / 0 }] = "ttl must be more than 0 seconds",
        [{ ttl = "1" }] = "ttl must be a number of seconds, not a string",
        [{ ttl = {} }] = "ttl must be a number of seconds, not a table", [{ tll = 1 }] = 'unknown option "tll"',
        [5] = "the options must be a table, not a number",
      } do
        raises(at, t, "set: " .. why, t.set, t, "k", 1, bad)
        raises(at, t, "add: " .. why, t.add, t, "k", 1, bad)
      end
      t:set("k", 1, { ttl = math.huge })
      assert.equal(1, t.k)
    end)
  end)

  describe("a counter, " .. at.where .. ",", function()
    it("adds, from 0, from init, or from what is there", function()
      local t = at.table{ there = 5, s = "x" }
      assert.same({ 1, 3.5, 12, 11, 4 },
        { t:add("a", 1), t:add("a", 2.5), t:add("b", 2, { init = 10 }), t:add("b", -1, { init = 0 }),
          t:add("there", -1) })
      assert.equal("integer", math.type(t.b))
      raises(at, t, "add: the value of the key is no number, but a string", t.add, t, "s", 1)
      assert.equal("x", t.s)
      t.s = 1 -- nobody is left with the writer's turn
      raises(at, t, "add: what is to be added must be a number, not a string", t.add, t, "n", "1")
      raises(at, t, "add: init must be a number, not a string", t.add, t, "n", 1, { init = "x" })
      raises(at, t, "add: the key must be a string", t.add, t)
      t.max = math.maxinteger
      assert.equal(math.mininteger, t:add("max", 1))
    end)

    it("loses nothing among many tasks, processes and threads", function()
      local t, list, N = at.table(), {}, at.times(500)
      local function add()
        for _ = 1, N do t:add("n", 1, { ttl = 1000 }) end
      end
      -- first: a sanitizer's allocator bears no fork beside threads
      for _ = 1, 2 do list[#list + 1] = ipc.spawn(add) end
      for _ = 1, 2 do list[#list + 1] = ipc.thread(add):start() end
      tasks.succeed(list)
      assert.equal(4 * N, t.n)
    end)
  end)
end

describe("a key with a ttl, on this machine,", function()
  it("ends for other tasks and programs, too", function()
    local name = ("spec-life-%d"):format(ipc.getpid())
    local s = ipc.open(name)
    local t = s.table("sessions")
    t:set("ann", { "cart" }, { ttl = 1000 })
    t:set("bob", 1, { ttl = 0.2 })
    local code = ([[
      local t = require("tidelock").open(%q).table("sessions")
      while t.bob do end
      t:set("eve", 1, { ttl = 0.1 })
      print(t.ann[1], t:add("hits", 1, { init = 5, ttl = 0.3 }))
    ]]):format(name)
    local out, err = shell.script(code)
    assert.same({ "cart\t6\n", "" }, { out, err })
    await(function() return t.eve == nil and t.hits == nil end)
    assert.same({ "ann" }, ipc.spawn(function() return t:keys() end):result(PATIENCE))
    s:remove()
  end)

  it("gives its memory back, though nobody asks for it again", function()
    local out, err = shell.script([[
      local ipc = require "tidelock"
      local t = ipc.table()
      for n = 1, 20000 do
        local key = ("k"):rep(n % 2 * 50) .. n
        t:set(key, ("x"):rep(5000), { ttl = 0.002 })
      end
      print("all set")
    ]], "TIDELOCK_MEMORY=64M")
    assert.same({ "all set\n", "" }, { out, err })
  end)
end)
