local ipc = require "tidelock"
local PATIENCE = 20

describe("ipc.pipe", function()
  it("gives each end what the other has sent", function()
    local a, b = ipc.pipe()
    assert.is_true(a:send("from a"))
    assert.is_true(b:send{ "from", "b" })
    assert.same({ "from", "b" }, a:recv())
    assert.equal("from a", b:recv())
    assert.same({ nil, "timeout" }, { a:recv(0) })
    assert.is_false(a:poll(0))
    b:send(nil)
    assert.is_true(a:poll())
    assert.equal(1, select("#", a:recv()))
  end)

  it("may be one-way: the first end receives, the second sends", function()
    local out, into = ipc.pipe{ duplex = false }
    into:send(1)
    assert.equal(1, out:recv())
    local ok, why = pcall(function() out:send(1) end)
    assert.truthy(not ok and why:find("spec/pipe_spec.lua:%d+: pipe#%d+: send: "), why)
    ok, why = pcall(function() into:recv() end)
    assert.truthy(not ok and why:find("recv: the other end"), why)
  end)

  it("carries a megabyte each way at once", function()
    local a, b = ipc.pipe()
    local big = ("0123456789abcdef"):rep(1 << 16)
    local child = ipc.spawn(function()
      for _ = 1, 10 do b:send(big) end
      local n = 0
      for _ = 1, 10 do
        if b:recv() == big then n = n + 1 end
      end
      return n
    end)
    for _ = 1, 10 do a:send(big) end
    for _ = 1, 10 do assert.is_true(a:recv(PATIENCE) == big) end
    assert.equal(10, child:result(PATIENCE))
  end)

  it("is closed for the receiver, after what was sent, when the sender closes", function()
    local a, b = ipc.pipe()
    b:send("last")
    b:close()
    assert.equal("last", a:recv())
    assert.same({ nil, "closed" }, { a:recv() })
    assert.same({ nil, "closed" }, { a:send(1) })
    assert.is_true(b:close())
    assert.has_error(function() b:send(1) end)
  end)

  it("is closed when its only holder is killed", function()
    local a, b = ipc.pipe()
    local child = ipc.spawn(function()
      b:send("ready")
      ipc.sleep()
    end)
    b:close()
    assert.equal("ready", a:recv(PATIENCE))
    child:kill()
    assert.same({ nil, "closed" }, { a:recv(PATIENCE) })
    child:join()
  end)

  it("is not kept open by an end that a child inherited and never touched", function()
    local a, b = ipc.pipe()
    local over = ipc.event()
    _G.inherited_by_accident = { a, b }
    local child = ipc.spawn(function() over:wait() end)
    _G.inherited_by_accident = nil
    b:close()
    assert.same({ nil, "closed" }, { a:recv(PATIENCE) })
    over:set()
    child:join()
  end)

  it("is not closed before a child has touched the end that it was given", function()
    local a, b = ipc.pipe()
    local go = ipc.event()
    local child = ipc.spawn(function()
      go:wait()
      return b:send("late")
    end)
    b:close()
    assert.same({ nil, "timeout" }, { a:recv(0.05) })
    go:set()
    assert.equal("late", a:recv(PATIENCE))
    child:join()
  end)

  it("stays open while an end is on its way in a message", function()
    local a, b = ipc.pipe()
    local q = ipc.queue()
    q:put(b)
    b:close()
    b = nil -- luacheck: ignore
    collectgarbage()
    assert.same({ nil, "timeout" }, { a:recv(0) })
    local again = q:get()
    again:send("here")
    assert.equal("here", a:recv(0))
    again:close()
    assert.same({ nil, "closed" }, { a:recv(0) })
  end)
end)
