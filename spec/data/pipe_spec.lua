-- pipe: the same on this machine, where none has a name, and far.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local shows = dofile "spec/support/shows.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

for _, at in ipairs{ both.unnamed, both[2] } do
  describe("a pipe, " .. at.where .. ",", function()
    it("gives each end what the other has sent", function()
      local a, b = at.pipe()
      assert.is_true(a:send("from a"))
      assert.is_true(b:send{ "from", "b" })
      assert.same({ "from", "b" }, a:recv())
      assert.equal("from a", b:recv())
      assert.same({ nil, "timeout" }, { a:recv(0) })
      assert.same({ nil, "timeout" }, { a:recv(0.01) })
      assert.is_false(a:poll(0))
      b:send(nil)
      assert.is_true(a:poll())
      assert.equal(1, select("#", a:recv()))
      assert.is_true(a ~= b)
    end)

    it("may be one-way: the first end receives, the second sends", function()
      local out, into = at.pipe{ duplex = false }
      into:send(1)
      assert.equal(1, out:recv())
      raises(at, out, "send: the other end does this", out.send, out, 1)
      raises(at, into, "recv: the other end does this", into.recv, into)
    end)

    it("carries large messages, both ways at once", function()
      local a, b = at.pipe()
      local big, N = ("0123456789abcdef"):rep(1 << 16), at.times(10)
      local child = ipc.spawn(function()
        for _ = 1, N do b:send(big) end
        local n = 0
        for _ = 1, N do
          if b:recv() == big then n = n + 1 end
        end
        return n
      end)
      for _ = 1, N do a:send(big) end
      for _ = 1, N do assert.is_true(a:recv(PATIENCE) == big) end
      assert.equal(N, child:result(PATIENCE))
    end)

    it("is closed for the receiver, after what was sent, when the sender closes", function()
      local a, b = at.pipe()
      b:send("last")
      b:close()
      assert.equal("last", a:recv())
      assert.same({ nil, "closed" }, { a:recv() })
      assert.same({ nil, "closed" }, { a:send(1) })
      assert.is_true(a:poll())
      assert.is_true(b:close())
      assert.has_error(function() b:send(1) end)
      for _, call in ipairs{ "send", "recv", "poll" } do
        local ok, why = pcall(b[call], b, call == "send" and "late" or 0)
        assert.truthy(not ok and why:find(call .. ": was closed before", 1, true), why)
      end
    end)

    it("says at once that it is closed, and gives what was left", function()
      local a, b = at.pipe()
      a:send("left")
      a:close()
      for _, call in ipairs{ "send", "recv", "poll" } do
        raises(at, a, call .. ": was closed before", a[call], a, call == "send" and "late" or 0)
      end
      assert.is_true(b:poll(0))
      assert.equal("left", b:recv())
      assert.is_true(b:poll()) -- recv would say at once that it is closed
      assert.same({ nil, "closed" }, { b:recv() })
    end)

    it("is closed when its only holder is killed", function()
      local a, b = at.pipe()
      local child = ipc.spawn(function()
        b:send("ready")
        ipc.sleep()
      end)
      assert.equal("ready", a:recv(PATIENCE))
      b:close()
      child:kill()
      assert.same({ nil, "closed" }, { a:recv(PATIENCE) })
      child:join()
    end)

    it("wakes who waits, by a message and by its end", function()
      local a, b = at.pipe()
      local child = ipc.spawn(function()
        local first = a:recv(PATIENCE)
        return first, select(2, a:recv(PATIENCE))
      end)
      shows(a, "1 receiving")
      b:send("here")
      shows(a, "1 receiving")
      b:close()
      assert.same({ "here", "closed" }, { child:result(PATIENCE) })
    end)

    it("says what a call lacks", function()
      local a, b = at.pipe()
      raises(at, a, "send: a value is expected; nil is sent by send(nil)", a.send, a)
      raises(at, a, "send: cannot send value.deep", a.send, a, { deep = { coroutine.create(print) } })
      raises(at, a, "recv: the timeout must be a number of seconds or nil, not a string", a.recv, a, "1")
      assert.is_false(b:poll(0))
      assert.has_error(function() at.pipe{ duplex = 1 } end)
      assert.has_error(function() at.pipe{ double = true } end)
    end)

    it("stays open while an end is on its way in a message", function()
      local a, b = at.pipe()
      local q = at.queue()
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

    it("may be used by 8 tasks at each end", function()
      local out, into = at.pipe{ duplex = false }
      local senders, receivers, N = {}, {}, at.times(500)
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
      tasks.succeed(senders)
      into:close()
      local sum, count = 0, 0
      for _, p in ipairs(receivers) do
        local part, parts = p:result(PATIENCE)
        sum, count = sum + part, count + parts
      end
      assert.same({ 8 * N, N * N * 36 + 8 * N * (N + 1) // 2 }, { count, sum })
    end)

    it("has whole messages only, though senders are killed while they send", function()
      local a, b = at.pipe()
      for _ = 1, at.times(10) do
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
end

describe("a pipe of this machine", function()
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
    shows(a, "3 sending")
    b:recv()
    for n = 1, 3 do assert.is_true(list[n]:result(PATIENCE)) end
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

  it("may have a name to be told by", function()
    local a = ipc.pipe{ name = "line" }
    assert.truthy(tostring(a):find('^pipe#%d+ "line"'), tostring(a))
  end)
end)
