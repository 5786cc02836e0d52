-- Futures of a pool: results, errors, cancelling, and what becomes of those that are dropped.
local ipc = require "tidelock"
local error_of = dofile "spec/support/error_of.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

describe("a future", function()
  local pool

  setup(function() pool = ipc.pool{ workers = 2, name = "hands" } end)
  teardown(function() pool:terminate() end)

  it("has the results, twice, or raises the error, twice", function()
    local good = pool:submit(function() return "a", { 1 } end)
    local first, second = good:get()
    assert.same({ "a", { 1 } }, { first, second })
    assert.equal(second, select(2, good:get()))
    local bad = pool:submit(function() error("bad") end)
    assert.truthy(bad:wait(PATIENCE))
    assert.is_false(bad:is_ok())
    assert.truthy(error_of(bad.get, bad):find("get: in hands", 1, true))
    assert.truthy(error_of(bad.get, bad):find("bad", 1, true))
  end)

  it("says when it is ready, and is_ok raises before", function()
    local gate = ipc.event()
    local future = pool:submit(function() gate:wait() end)
    assert.is_false(future:is_ready())
    assert.same({ nil, "timeout" }, { future:get(0.01) })
    assert.same({ nil, "timeout" }, { future:wait(0) })
    assert.truthy(error_of(future.is_ok, future):find("has not ended", 1, true))
    gate:set()
    assert.is_true(future:wait(PATIENCE))
    assert.is_true(future:is_ready() and future:is_ok())
  end)

  it("is one of the objects of ipc.wait", function()
    local gate, q = ipc.event(), ipc.queue()
    local future = pool:submit(function() return gate:wait() end)
    assert.same({ nil, "timeout" }, { ipc.wait({ q, future }, 0.01) })
    gate:set()
    local ready = ipc.wait({ q, future }, PATIENCE)
    assert.is_true(#ready == 1 and ready[1] == future)
    future:get()
    assert.equal(1, #ipc.wait({ future }, 0))
  end)

  it("stays in its process", function()
    local future = pool:submit(function() end)
    assert.truthy(error_of(pool.apply, pool, function() end, future):find("future%) cannot leave its process"))
    local why = ipc.spawn(function() return select(2, pcall(future.get, future)) end):result(PATIENCE)
    assert.truthy(why:find("only be used by the process that made it", 1, true), why)
    why = ipc.spawn(function() return select(2, pcall(ipc.wait, { future }, 0)) end):result(PATIENCE)
    assert.truthy(why:find("only the process that made the pool can use it", 1, true), why)
    assert.equal("future of another process", ipc.spawn(function() return tostring(future) end):result(PATIENCE))
    future:get()
  end)

  it("can be cancelled: waiting, running, and not when it has ended", function()
    local gate, ran = ipc.event(), ipc.value(0)
    local running = { pool:submit(function() gate:wait() end), pool:submit(function() gate:wait() end) }
    local waiting = pool:submit(function() ran:add(1) end)
    assert.is_true(waiting:cancel())
    assert.truthy(error_of(waiting.get, waiting):find("cancelled", 1, true))
    for _, future in ipairs(running) do future:cancel() end
    assert.truthy(error_of(running[2].get, running[2]):find("cancelled", 1, true))
    assert.equal("goes on", pool:apply(function() return "goes on" end))
    assert.equal(0, ran:get())
    local ended = pool:submit(function() return 1 end)
    ended:wait(PATIENCE)
    assert.is_false(ended:cancel())
    assert.equal(1, ended:get())
  end)

  it("that is dropped leaves no job behind, and its task runs", function()
    local ran = ipc.value(0)
    for _ = 1, 2000 do pool:submit(function() ran:add(1) end) end
    collectgarbage()
    local limit = ipc.now() + PATIENCE
    while ran:get() < 2000 and ipc.now() < limit do ipc.sleep(0.01) end
    assert.equal(2000, ran:get())
  end)

  it("that is dropped gives its memory back", function()
    local _, err, status = shell.script([[
      local ipc = require "tidelock"
      local pool = ipc.pool(1)
      for _ = 1, 100 do
        local gate = ipc.event()
        pool:submit(function() gate:wait() end)
        for _ = 1, 1000 do pool:submit(function() end) end
        collectgarbage() -- while they wait
        gate:set()
        pool:apply(function() end)
      end
    ]], "TIDELOCK_MEMORY=32M")
    assert.same({ "", 0 }, { err, status })
  end)
end)
