-- What travels, through a real queue; spec/c/codec_test.c tests the bytes.
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
  return (why:match("^spec/codec_spec.lua:%d+: queue#%d+: put: (.*)$"))
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
