-- What travels, through a real queue; spec/c/codec/codec_test.c tests the bytes.
local ipc = require "tidelock"

local q = ipc.queue()
local PATIENCE = 20

local function through(value)
  assert(q:put(value))
  return q:get(0)
end

local function refusal(value)
  local ok, why = pcall(function() q:put(value) end)
  assert.is_false(ok)
  assert.equal(0, q:size())
  return (why:match("^spec/codec/codec_spec.lua:%d+: queue#%d+: put: (.*)$"))
end

describe("a message", function()
  it("keeps numbers as they are", function()
    for _, n in ipairs{ 0, 1, -1, 127, 128, 1 << 40, math.maxinteger, math.mininteger } do
      assert.equal(n, through(n))
      assert.equal("integer", math.type(through(n)))
    end
    for _, x in ipairs{ 0.5, 1.0, -1e300, math.huge, -math.huge } do
      assert.equal(x, through(x))
      assert.equal("float", math.type(through(x)))
    end
    assert.equal(-math.huge, 1 / through(-0.0))
    local nan = through(0 / 0)
    assert.truthy(nan ~= nan)
  end)

  it("keeps booleans, nil and any bytes", function()
    assert.is_true(through(true))
    assert.is_false(through(false))
    assert.is_nil(through(nil))
    local bytes = {}
    for n = 0, 255 do bytes[n + 1] = string.char(n) end
    assert.equal(table.concat(bytes), through(table.concat(bytes)))
  end)

  it("keeps cycles and shared references", function()
    local shared = { "shared" }
    local t = { a = shared, b = shared, list = { 1, nil, 3 } }
    t.self = t
    t[shared] = "as a key"
    local u = through(t)
    assert.equal(u, u.self)
    assert.equal(u.a, u.b)
    assert.equal("as a key", u[u.a])
    assert.same({ 1, nil, 3 }, u.list)
    assert.not_equal(t, u)
  end)

  it("carries functions with their upvalues, shared ones too", function()
    local n = 1
    local function count() n = n + 1 return n end
    local function look() return n end
    local function fact(k) return k <= 1 and 1 or k * fact(k - 1) end
    local both = through{ count = count, look = look, fact = fact, print = function() return print, ipc end }
    assert.equal(2, both.count())
    assert.equal(2, both.look())
    assert.equal(1, n)
    assert.equal(120, both.fact(5))
    local p, i = both.print()
    assert.truthy(p == print and i == ipc)
  end)

  it("carries objects, and they stay the same", function()
    local lock, event, value = ipc.lock(), ipc.event(), ipc.value(3)
    local a, b = ipc.pipe()
    local t = through{ lock, event, value, { a, b }, q, ipc.current(), ipc.barrier(2), ipc.semaphore(1) }
    assert.truthy(t[1] == lock and t[2] == event and t[3] == value and t[4][1] == a and t[4][2] == b and t[5] == q)
    assert.equal(ipc.current(), t[6])
    assert.equal(3, t[3]:get())
  end)

  it("carries a table with a metatable that was registered", function()
    local point = {}
    point.__index = { sum = function(p) return p.x + p.y end }
    local p = setmetatable({ x = 1, y = 2 }, point)
    assert.truthy(refusal(p):find("register"), refusal(p))
    ipc.register("point", point)
    assert.equal(3, through(p):sum())
    assert.equal(point, getmetatable(through{ { p } }[1][1]))
  end)

  it("carries tables of a class that a function captured, and made where it arrived", function()
    local Point = {}
    Point.__index = Point
    function Point.new(x) return setmetatable({ x = x }, Point) end
    function Point:twice() return Point.new(self.x * 2) end
    ipc.register("codec_spec.Captured", Point)
    local function make(x) return Point.new(x):twice() end
    local pool = ipc.pool(1)
    for _, p in ipairs{
      pool:apply(make, 3), pool:map(make, { 3 })[1], ipc.thread(make, 3):start():result(PATIENCE),
      ipc.spawn(make, 3):result(PATIENCE), pool:apply(function(p) return Point.twice(p) end, Point.new(3)),
    } do
      assert.equal(Point, getmetatable(p))
      assert.equal(12, p:twice().x)
    end
    pool:terminate()
  end)

  local function sandboxed(code, env) return assert(load(code, "sandboxed", "t", env)) end

  it("carries a function's own environment, and leaves the globals alone", function()
    local f = through(sandboxed("x = (x or 0) + 1 return x, print, _ENV", { x = 1 }))
    assert.same({ 2, nil }, { table.unpack({ f() }, 1, 2) })
    assert.equal(3, (f()))
    assert.is_nil(rawget(_G, "x"))
    local function made()
      return load("local _ENV = { n = 5 } return function() n = n + 1 return n end, function() return n end")()
    end
    local count, look = made()
    local both = through{ count, look }
    assert.equal(6, both[1]())
    assert.equal(6, both[2]())
    assert.equal(5, look())
    assert.is_nil(rawget(_G, "n"))
  end)

  it("carries an environment with what the receiver has too", function()
    local env = { print = print, string = string, rep = string.rep, err = io.stderr, ipc = ipc }
    env._G, env.list = env, { sort = table.sort }
    local f = through(sandboxed("x = 1 return _G, print, string, rep, err, ipc, list.sort, os", env))
    local got = { f() }
    assert.equal(1, got[1].x)
    assert.not_equal(env, got[1])
    assert.same({ print, string, string.rep, io.stderr, ipc, table.sort }, { table.unpack(got, 2) })
    assert.is_nil(rawget(_G, "x"))
  end)

  it("carries an environment with its metatable", function()
    local env = setmetatable({}, { __index = _G })
    local f = through(sandboxed("x = (x or 0) + 1 return x, print, _ENV", env))
    assert.same({ 1, print }, { table.unpack({ f() }, 1, 2) })
    assert.is_nil(rawget(_G, "x"))
    assert.is_nil(rawget(env, "x"))
    local allowed = { type = type }
    env = setmetatable({}, { __index = function(_, key) return allowed[key] end,
      __newindex = function(t, key, value) rawset(t, key, value) end })
    f = through(sandboxed("x = 1 return type, print, x", env))
    assert.same({ type, nil, 1 }, { f() })
    assert.is_nil(rawget(_G, "x"))
    local point = ipc.register("codec_spec.Within", {})
    env = { at = setmetatable({}, point), new = setmetatable({}, { __index = point }) }
    local inner = select(3, through(sandboxed("return at, new, _ENV", env))())
    assert.equal(point, getmetatable(inner.at))
    ipc.register("codec_spec.Within", {})
  end)

  it("carries an environment that reads the globals by a function", function()
    local function readers(handlers)
      return setmetatable({}, load("return " .. handlers)())
    end
    for _, env in ipairs{
      readers "{ __index = function(_, k) return _G[k] end }",
      readers "{ __index = function(_, k) return rawget(_G, k) end, __newindex = rawset }",
      readers "{ __index = function(_, k) return _G[k] end, __newindex = function(t, k, v) rawset(t, k, v) end }",
    } do
      local f = through(sandboxed("x = (x or 0) + 1 return x, print, _ENV", env))
      assert.same({ 1, print }, { table.unpack({ f() }, 1, 2) })
      assert.equal(2, (f()))
      assert.is_nil(rawget(_G, "x"))
      assert.not_equal(_G, select(3, f()))
    end
    local read_only = readers [[{ __index = function(_, k) return _G[k] end,
      __newindex = function() error("no", 0) end }]]
    local f = through(sandboxed("x = 1", read_only))
    assert.same({ false, "no" }, { pcall(f) })
    assert.is_nil(rawget(_G, "x"))
    local holder = readers "{ __index = function(_, k) return _G[k] end }"
    rawset(holder, "x", 5)
    local shown = through(sandboxed("x = (x or 0) + 1 return x, print", holder))
    assert.same({ 6, print }, { shown() })
  end)

  it("takes an environment that adds to the globals, and holds nothing itself, for the globals", function()
    local env = load[[
      local store = { co = coroutine.create(print) } -- as a test framework has what cannot travel
      return setmetatable({}, { __newindex = function(_, key, value) store[key] = value end,
        __index = function(_, key) return store[key] or _G[key] end })
    ]]()
    local got, globals = through(sandboxed("return print, _ENV", env))()
    assert.equal(print, got)
    assert.is_true(rawequal(globals, load("return _G")()))
  end)

  it("refuses an environment that cannot travel, with the path", function()
    local why = refusal(sandboxed("return co", { co = coroutine.create(print) }))
    assert.equal('cannot send value upvalue "_ENV".co: a coroutine cannot leave its process', why)
  end)

  it("carries environments to tasks, and back", function()
    local f = sandboxed("x = (x or 0) + 1 return x, print", { x = 5 })
    local pool, t = ipc.pool(1), ipc.table()
    local a, b = ipc.pipe()
    local function run(fn)
      local x, p = fn()
      return x, p, rawget(_G, "x")
    end
    assert.same({ 6 }, { pool:apply(f) })
    assert.same({ 6 }, { pool:apply(run, f) })
    assert.same({ 6 }, pool:map(f, { 1 }))
    assert.same({ 6 }, { ipc.thread(f):start():result(PATIENCE) })
    assert.same({ 6 }, { ipc.thread(run, f):start():result(PATIENCE) })
    assert.same({ 6 }, { run((ipc.spawn(function() return f end):result(PATIENCE))) })
    a:send(f)
    assert.same({ 6 }, { run(b:recv(0)) })
    t:set("f", f)
    assert.same({ 6 }, { run(t:get("f")) })
    assert.same({ 6 }, { run(pool:apply(function() return f end)) })
    pool:terminate()
  end)

  it("refuses the rest with its path, before anything is sent", function()
    local co = coroutine.create(print)
    assert.equal("cannot send value: a coroutine cannot leave its process", refusal(co))
    assert.equal("cannot send value.lock.owner: a coroutine cannot leave its process", refusal{ lock = { owner = co } })
    assert.truthy(refusal{ 1, { co } }:find("^cannot send value%[2%]%[1%]: "))
    assert.truthy(refusal{ ["odd key"] = co }:find('^cannot send value%["odd key"%]: '))
    assert.truthy(refusal{ f = io.stdout }:find("^cannot send value%.f: .*file"))
    assert.truthy(refusal{ f = print }:find("^cannot send value%.f: .*C function"))
    assert.truthy(refusal(function() return co end):find("co"))
  end)

  it("refuses what is nested without end, rather than to crash", function()
    local t = {}
    local inner = t
    for _ = 1, 100000 do
      inner[1] = {}
      inner = inner[1]
    end
    assert.truthy(refusal(t):find("nested"))
  end)
end)
