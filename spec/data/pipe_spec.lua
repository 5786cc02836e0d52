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
    assert.truthy(not ok and why:find("spec/data/pipe_spec.lua:%d+: pipe#%d+: send: "), why)
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

  it("holds 16 MiB, of messages of any size, and one more of any size while it holds less", function()
    for _, bytes in ipairs{ 3000, 5000, 100000, 1 << 20, 5 << 20 } do
      local a, b = ipc.pipe()
      local message, n = ("m"):rep(bytes), 0
      for _ = 1, 2 do
        while a:send(message, 0) do n = n + 1 end
        local held = n * bytes / (1 << 20)
        assert.is_true(held > 13 and held < 21, held .. " MiB of " .. bytes)
        assert.is_true(b:recv() == message) -- one goes, and makes room
        n = n - 1
      end
      for _ = 1, n do assert.is_true(b:recv() == message) end
      assert.is_true(a:send(("m"):rep(20 << 20), 0)) -- larger than the bound, and alone
      assert.same({ nil, "timeout" }, { a:send(1, 0) })
      assert.equal(20 << 20, #b:recv())
    end
  end)

  it("makes room for all who wait, when a large message has gone", function()
    local a, b = ipc.pipe()
    local list = {}
    a:send(("m"):rep(16 << 20))
    for n = 1, 3 do list[n] = ipc.spawn(function() return a:send(n, PATIENCE) end) end
    while not tostring(a):find("3 sending", 1, true) do ipc.sleep(0.001) end
    b:recv()
    for n = 1, 3 do assert.is_true(list[n]:result(PATIENCE)) end
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

  it("says what a call lacks, and what is over", function()
    local a, b = ipc.pipe{ name = "line" }
    local function raises(text, fn)
      local ok, why = pcall(fn)
      assert.truthy(not ok and why:find("^spec/data/pipe_spec.lua:%d+: pipe#%d+") and why:find(text, 1, true), why)
    end
    raises("send: a value is expected; nil is sent by send(nil)", function() a:send() end)
    raises("send: cannot send value.deep", function() a:send{ deep = { print } } end)
    assert.is_false(b:poll(0))
    a:send("left")
    a:close()
    for _, call in ipairs{ "send", "recv", "poll" } do
      raises(call .. ": was closed before", function() a[call](a, call == "send" and "late" or 0) end)
    end
    assert.is_true(b:poll(0))
    assert.equal("left", b:recv())
    assert.is_true(b:poll()) -- recv would say at once that it is closed
    assert.same({ nil, "closed" }, { b:recv() })
    assert.has_error(function() ipc.pipe{ duplex = 1 } end)
    assert.has_error(function() ipc.pipe{ double = true } end)
  end)

  it("may be used by 8 tasks at each end", function()
    local out, into = ipc.pipe{ duplex = false }
    local senders, receivers, N = {}, {}, 500
    for n = 1, 8 do
      receivers[n] = ipc.spawn(function()
        local sum, count = 0, 0
        while true do
          local v, why = out:recv()
          if why then return sum, count end
          sum, count = sum + v, count + 1
        end
      end)
      senders[n] = ipc.spawn(function()
        for i = 1, N do into:send(n * N + i) end
      end)
    end
    into:close()
    for _, p in ipairs(senders) do assert(p:join(PATIENCE)) end
    local sum, count = 0, 0
    for _, p in ipairs(receivers) do
      local part, parts = p:result(PATIENCE)
      sum, count = sum + part, count + parts
    end
    assert.equal(8 * N, count)
    assert.equal(N * N * 36 + 8 * N * (N + 1) // 2, sum)
  end)

  it("has whole messages only, though senders are killed while they send", function()
    local a, b = ipc.pipe()
    for _ = 1, 10 do
      local p = ipc.spawn(function()
        while true do b:send(("large"):rep(5000)) end
      end)
      assert.is_true(a:recv(PATIENCE) == ("large"):rep(5000))
      p:kill()
      assert(p:join(PATIENCE))
      while a:poll(0) do assert.is_true(a:recv(0) == ("large"):rep(5000)) end
    end
    b:send("still open")
    assert.equal("still open", a:recv(PATIENCE))
  end)
end)
