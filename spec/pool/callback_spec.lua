-- When a callback has run, for those who ask the task's future.
local ipc = require "tidelock"
local PATIENCE = 20

local function until_ready(future)
  while not future:is_ready() do ipc.yield() end
end

local asks = {
  wait = function(future) future:wait(PATIENCE) end,
  get = function(future) pcall(future.get, future, PATIENCE) end,
  is_ready = until_ready,
  ["ipc.wait"] = function(future) ipc.wait({ future }, PATIENCE) end,
  ["ipc.wait of several"] = function(future) ipc.wait({ ipc.event(), future, ipc.queue() }, PATIENCE) end,
  is_ok = function(future) while not pcall(future.is_ok, future) do ipc.yield() end end,
}

describe("the callback of a pool's task", function()
  local pool, gate

  before_each(function()
    pool, gate = ipc.pool(2), ipc.event()
    pool:apply_async(function() gate:wait() end, {}, function() end)
  end)
  after_each(function()
    gate:set()
    pool:close()
    assert.is_true(pool:join(PATIENCE))
  end)

  for name, ask in pairs(asks) do
    it("has run before the future says that it is ready: " .. name, function()
      local got
      local function callback(...) got = { ... } end
      for i = 1, 20 do
        ask(pool:apply_async(function(x) return x end, { i }, callback))
        assert.same({ i }, got)
        ask(pool:map_async(function(x) return x end, { i, i }, 1, callback))
        assert.same({ { i, i } }, got)
        ask(pool:apply_async(function(x) error{ x } end, { i }, nil, callback))
        assert.same({ { i } }, got)
      end
    end)
  end

  it("runs once, and the results stay", function()
    local calls = 0
    local future = pool:apply_async(function() return 1, 2 end, {}, function() calls = calls + 1 end)
    future:wait(PATIENCE)
    ipc.sleep(0.01)
    assert.same({ 1, 2 }, { future:get() })
    assert.is_true(future:is_ok())
    assert.equal(1, calls)
  end)

  it("may ask the future for the results itself, and end the pool", function()
    local future, got
    future = pool:apply_async(function() return 7 end, {}, function()
      got = future:get()
      gate:set()
      pool:terminate()
    end)
    assert.equal(7, future:get(PATIENCE))
    assert.equal(7, got)
  end)

  it("does not run inside another", function()
    local inside, nested, inner = false, false, nil
    local outer = pool:apply_async(function() end, {}, function()
      inside = true
      inner = pool:apply_async(function() return 5 end, {}, function() nested = inside end)
      assert(inner:get(PATIENCE) == 5)
      inside = false
    end)
    outer:wait(PATIENCE)
    inner:wait(PATIENCE)
    assert.is_false(inside)
    assert.is_false(nested)
  end)
end)
