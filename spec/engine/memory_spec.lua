-- What the library remembers from call to call saves it work and changes no answer: the server may have other data by
-- then, calls are for several spaces, and a call may have failed in its midst.
local fake_redis = dofile "spec/support/engine/fake_redis.lua"

local function copy(value)
  if type(value) ~= "table" then return value end
  local new = {}
  for k, v in pairs(value) do new[k] = copy(v) end
  return new
end

local ANN, BEN = "annannann", "benbenben"

-- A client of a server: ask(session, op, ...) -> status, fields, and whether the call failed.
local function new(space)
  local self = { server = fake_redis.new(), seqs = {}, space = space or "one" }

  function self.send(session, task, seq, ...)
    local _, status, fields = fake_redis.parse(self.server.fcall(self.space, session, task, seq, ...))
    return status, fields
  end

  function self.ask(session, ...)
    local key = self.space .. session
    self.seqs[key] = (self.seqs[key] or 0) + 1
    return self.send(session, "1+", self.seqs[key], ...)
  end

  function self.open()
    for _, session in ipairs{ ANN, BEN } do self.send(session, 0, 0, "open", 60000, "uid", "host", "h", "pid", 1) end
  end

  function self.make(kind, name, ...)
    local _, fields = self.ask(ANN, "make", kind, name or "", "space", ...)
    return fields[1]
  end
  self.open()
  return self
end

describe("what the engine remembers", function()
  it("of an object gives way to what the server has", function()
    local one = new()
    local id = one.make "value"
    one.ask(BEN, "value_add", id, "i1")
    local before = copy(one.server.data)
    one.ask(BEN, "value_add", id, "i1")
    one.server.data, one.seqs["one" .. BEN] = before, 1
    local _, fields = one.ask(BEN, "value_add", id, "i5")
    assert.equal("i6", fields[1])
  end)

  it("of a slot gives way to what the server has", function()
    local one = new()
    local id = one.make "queue"
    local before = copy(one.server.data)
    assert.equal("wait", (one.ask(BEN, "queue_get", id, 1)))
    one.server.data, one.seqs["one" .. BEN] = before, 0
    assert.equal("ok", (one.ask(ANN, "queue_put", id, 1, "=a", "")))
    local status, fields = one.ask(BEN, "queue_get", id, 1)
    assert.equal("ok", status)
    assert.equal("=a", fields[1])
  end)

  it("may be nothing of the slot of a task that waits while a callback of it takes a lock, and releases it", function()
    for _, fresh_at in ipairs{ 1, 2, 3 } do
      local one = new()
      local queue, lock = one.make "queue", one.make "lock"
      one.ask(BEN, "queue_get", queue, 1)
      for i, op in ipairs{ "lock_acquire", "lock_release", "lock_acquire" } do
        if i >= fresh_at then one.server.come_back(one.server.data) end
        assert.equal("ok", (one.send(BEN, "1.1+", i, op, lock, "0")))
      end
      one.server.come_back(one.server.data)
      one.send(ANN, 0, 0, "died", BEN)
      assert.equal("abandoned", (one.ask(ANN, "lock_acquire", lock, 0)))
    end
  end)

  it("of an object is nothing once the server has none", function()
    local one = new()
    local id = one.make "value"
    one.ask(BEN, "value_add", id, "i1")
    one.server.data = {}
    one.open()
    one.seqs = {}
    assert.equal("removed", (one.ask(BEN, "value_add", id, "i1")))
  end)

  it("is of one space", function()
    local one, two = new "one", new "two"
    two.server = one.server
    two.open()
    local spaces, ids = { one, two }, {}
    for i, space in ipairs(spaces) do ids[i] = space.make("queue", "q") end
    for i, space in ipairs(spaces) do assert.equal("wait", (space.ask(BEN, "queue_get", ids[i], 1))) end
    for i, space in ipairs(spaces) do
      assert.equal("ok", (space.ask(ANN, "queue_put", ids[i], 1, "=" .. i, "")))
      assert.equal(("1:1:ok:2:=%d1:11:1"):format(i),
        one.server.call("LPOP", ("tl:{%s}:m%s.1"):format(space.space, BEN)))
    end
  end)

  it("gives way to what another library has written, whichever has its turn", function()
    local one, other = new(), fake_redis.new()
    local libraries = { one.server, other }
    local id, lock = one.make "value", one.make "lock"
    other.data = one.server.data
    local turns = 0
    local function ask(...)
      turns = turns + 1
      one.server = libraries[turns // 3 % 2 + 1]
      return one.ask(...)
    end
    for i = 1, 12 do
      local _, fields = ask(i % 2 == 0 and ANN or BEN, "value_add", id, "i1")
      assert.equal("i" .. i, fields[1])
    end
    assert.equal("ok", (ask(ANN, "lock_acquire", lock, 1)))
    for _ = 1, 12 do
      assert.equal("wait", (ask(BEN, "lock_acquire", lock, 1)))
      assert.equal("ok", (ask(ANN, "lock_release", lock)))
      assert.equal("wait", (ask(ANN, "lock_acquire", lock, 1)))
      assert.equal("ok", (ask(BEN, "lock_release", lock)))
    end
  end)

  it("gives way to what one has changed who is no session", function()
    local one, other = new(), fake_redis.new()
    local lock = one.make "lock"
    one.ask(ANN, "lock_acquire", lock, 1)
    one.ask(BEN, "lock_acquire", lock, 1)
    other.data = one.server.data
    other.fcall(one.space, "-", 0, 0, "died", ANN)
    assert.equal("ok", (one.ask(BEN, "lock_release", lock)))
  end)

  it("of one who has been the master before gives way, though both have counted as far", function()
    local one, other = new(), fake_redis.new()
    local id = one.make "value"
    other.data, other.clock = copy(one.server.data), one.server.clock + 1000000
    local servers, seqs = { one.server, other }, copy(one.seqs)
    for i = 1, 2 do
      one.server, one.seqs = servers[i], copy(seqs)
      for _ = 1, 5 do one.ask(BEN, "value_add", id, "i" .. i) end
    end
    one.server = servers[1]
    one.server.data = other.data
    local _, fields = one.ask(BEN, "value_add", id, "i0")
    assert.equal("i10", fields[1])
  end)

  it("leaves nothing where there is no space", function()
    local one = new()
    one.server.data = {}
    assert.equal("lost", (one.ask(ANN, "make", "lock", "", "space")))
    assert.is_nil(next(one.server.data))
  end)

  it("is as much as there are spaces, and not more and more", function()
    local one = new()
    local id = one.make "value"
    for i = 1, 9000 do one.send(("s%08d"):format(i), 1, 0, "list", "0") end
    local _, fields = one.ask(BEN, "value_add", id, "i1")
    assert.equal("i1", fields[1])
  end)
end)

-- The scenes: what is there, and the request that fails.
local SCENES = {
  { "a put for one who waits", "queue", { BEN, "queue_get", 1 }, { ANN, "queue_put", 1, "=a", "" } },
  { "a put", "queue", nil, { ANN, "queue_put", 1, "=a", "" } },
  { "a get", "queue", { ANN, "queue_put", 1, "=a", "" }, { BEN, "queue_get", 1 } },
  { "a get that waits", "queue", nil, { BEN, "queue_get", 1 } },
  { "an acquire", "lock", nil, { BEN, "lock_acquire", 1 } },
  { "an acquire that waits", "lock", { ANN, "lock_acquire", 1 }, { BEN, "lock_acquire", 1 } },
  { "a release", "lock", { ANN, "lock_acquire", 1 }, { ANN, "lock_release" } },
  { "an add", "value", nil, { ANN, "value_add", "i1" } },
  { "a release of a seat", "semaphore", { ANN, "semaphore_acquire", 1 }, { ANN, "semaphore_release", 1 } },
}

-- Tokens begin with the clock: another library has others.
local function ask(one, id, request)
  local good, status, fields = pcall(one.ask, request[1], request[2], id, table.unpack(request, 3))
  for i, field in ipairs(good and fields or {}) do fields[i] = field:gsub("^%d%d%d%d%d%d%d%d%d+$", "a token") end
  return good, status, fields
end

-- A server on which the request of the scene fails at its n-th command; nil: it has no so many.
local function failed(scene, n)
  local one, count = new(), 0
  local id = one.make(scene[2])
  if scene[3] then assert(ask(one, id, scene[3])) end
  one.server.spy(function(...)
    count = count + 1
    if count == n then error("OOM command not allowed when used memory > 'maxmemory'", 0) end
    return one.server.call(...)
  end)
  if ask(one, id, scene[4]) then return nil end
  one.server.spy(nil)
  return one, id
end

-- What is answered from then on: the request once more, then others.
local function answers(one, id, scene)
  local key = one.space .. scene[4][1]
  one.seqs[key] = one.seqs[key] - 1
  local list = { { ask(one, id, scene[4]) } }
  for _, session in ipairs{ ANN, BEN } do
    for _, more in ipairs(scene.more) do list[#list + 1] = { ask(one, id, { session, table.unpack(more) }) } end
  end
  return list
end

local MORE = {
  queue = { { "queue_size" }, { "queue_put", 0, "=b", "" }, { "queue_get", 0 }, { "queue_size" } },
  lock = { { "lock_acquire", 0 }, { "lock_release" } },
  value = { { "value_add", "i1" } },
  semaphore = { { "semaphore_value" }, { "semaphore_acquire", 0 } },
}

describe("a request that has failed in its midst", function()
  for _, scene in ipairs(SCENES) do
    it("leaves nothing behind in what is remembered: " .. scene[1], function()
      scene.more = MORE[scene[2]]
      local n = 1
      local one, id = failed(scene, n)
      assert.truthy(one)
      while one do
        local other = failed(scene, n)
        other.server.come_back(other.server.data)
        assert.same(answers(other, id, scene), answers(one, id, scene))
        n = n + 1
        one, id = failed(scene, n)
      end
    end)
  end
end)
