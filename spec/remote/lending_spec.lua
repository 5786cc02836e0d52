-- A pipe's end in a message: held by whoever has sent it until the message is received; and no longer, where it was not
-- sent after all.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local PATIENCE = 20

if both.missing then
  describe("an end of a far pipe in a message", function() pending(both.missing) end)
  return
end

local far = both[2]

describe("an end of a far pipe in a message that was not sent is not kept open by it:", function()
  local NOT_SENT = {
    ["a put into what is full"] = function(b)
      local q = far.queue(1)
      q:put "first"
      assert.same({ nil, "full" }, { q:put({ b, b }, 0) })
    end,
    ["a put_many into what is full"] = function(b)
      assert.same({ 1, "full" }, { far.queue(1):put_many({ "first", b, "third" }, 0) })
    end,
    ["a put into what is closed"] = function(b)
      local q = far.queue()
      q:close()
      assert.same({ nil, "closed" }, { q:put(b) })
      assert.same({ 0, "closed" }, { q:put_many{ b } })
    end,
    ["a put of what cannot travel"] = function(b)
      local q = far.queue()
      assert.is_false(pcall(q.put, q, { b, coroutine.create(print) }))
    end,
    ["a put_many of what cannot travel"] = function(b)
      local q = far.queue()
      assert.is_false(pcall(q.put_many, q, { "first", { b, coroutine.create(print) } }))
      assert.equal("first", q:get(0))
    end,
    ["a put, and a put_many, into what was removed"] = function(b)
      local name = far.fresh "queue"
      local q = far.space().queue(name)
      far.space():remove(name)
      for _, put in ipairs{ function() q:put(b) end, function() q:put_many{ b } end } do
        assert.matches("it was removed", select(2, pcall(put)))
      end
    end,
    ["a put of what is nested too deeply"] = function(b)
      local q, deep = far.queue(), {}
      for _ = 1, 250000 do deep = { deep } end
      assert.matches("^spec/remote/lending_spec.lua:%d+: .*nested too deeply", select(2, pcall(q.put, q, { b, deep })))
    end,
    ["a send to nobody"] = function(b)
      local one, other = far.pipe()
      other:close()
      assert.same({ nil, "closed" }, { one:send(b) })
    end,
  }

  for what, send in pairs(NOT_SENT) do
    it(what, function()
      local a, b = far.pipe()
      send(b)
      b:close()
      assert.same({ nil, "closed" }, { a:recv(PATIENCE) })
    end)
  end
end)

describe("an end of a far pipe", function()
  it("may be deep in a message", function()
    local DEEP, q, a, b = 190, far.queue(), far.pipe()
    local p = ipc.spawn(function()
      local got = q:get(PATIENCE)
      for _ = 1, DEEP do got = got[1] end
      return got:send "from below"
    end)
    local deep = b
    for _ = 1, DEEP do deep = { deep } end
    q:put(deep)
    b:close()
    assert.equal("from below", a:recv(PATIENCE))
    assert.is_true(p:result(PATIENCE))
  end)

  it("is lent by the process that sends it, also where that never used it before", function()
    local q, a, b = far.queue(), far.pipe()
    assert.is_true(ipc.spawn(function() return q:put(b) end):result(PATIENCE))
    local got = q:get(PATIENCE)
    got:send "there"
    assert.equal("there", a:recv(PATIENCE))
    got:close()
    assert.same({ nil, "closed" }, { a:recv(PATIENCE) })
  end)

  it("that comes back is held once", function()
    local q, a, b = far.queue(), far.pipe()
    q:put(b)
    assert.equal(b, q:get(PATIENCE))
    b:close()
    assert.same({ nil, "closed" }, { a:recv(PATIENCE) })
  end)

  it("that comes back is held once, also where it is dropped", function()
    local q = far.queue()
    local function send()
      local a, b = far.pipe()
      q:put(b)
      assert.equal(b, q:get(PATIENCE))
      return a
    end
    local a = send()
    for _ = 1, 2 do collectgarbage() end
    assert.same({ nil, "closed" }, { a:recv(PATIENCE) })
  end)

  it("that comes twice is held once", function()
    local q, a, b = far.queue(), far.pipe()
    local go = ipc.event()
    q:put_many{ b, { b, b } }
    local p = ipc.spawn(function()
      local one, two = q:get(PATIENCE), q:get(PATIENCE)
      assert(one == two[1])
      one:send "once"
      one:close()
      return go:wait(PATIENCE)
    end)
    b:close()
    assert.equal("once", a:recv(PATIENCE))
    assert.same({ nil, "closed" }, { a:recv(PATIENCE) })
    go:set()
    assert.is_true(p:result(PATIENCE))
  end)

  it("that goes to a process nearby takes the place of none that is on its way", function()
    local q, near, go, a, b = far.queue(), ipc.queue(), ipc.event(), far.pipe()
    local last = ipc.spawn(function()
      go:wait()
      return q:get(PATIENCE):send "was on its way"
    end)
    q:put(b)
    near:put(b)
    assert.is_true(ipc.spawn(function() return near:get(PATIENCE):send "by another" end):result(PATIENCE))
    assert.equal("by another", a:recv(PATIENCE))
    b:close()
    assert.same({ nil, "timeout" }, { a:recv(0) })
    go:set()
    assert.is_true(last:result(PATIENCE))
    assert.equal("was on its way", a:recv(PATIENCE))
    assert.same({ nil, "closed" }, { a:recv(PATIENCE) })
  end)
end)
