-- pipe: the same near and far; a far one has a name.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local PATIENCE = 20

for _, at in ipairs(both) do
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
      assert.has_error(function() out:send(1) end)
      assert.has_error(function() into:recv() end)
      local ok, why = pcall(into.recv, into)
      assert.truthy(not ok and why:find("recv: the other end does this", 1, true), why)
    end)

    it("carries large messages, both ways at once", function()
      local a, b = at.pipe()
      local big = ("0123456789abcdef"):rep(1 << 14)
      local child = ipc.spawn(function()
        for _ = 1, 3 do b:send(big) end
        local n = 0
        for _ = 1, 3 do
          if b:recv() == big then n = n + 1 end
        end
        return n
      end)
      for _ = 1, 3 do a:send(big) end
      for _ = 1, 3 do assert.is_true(a:recv(PATIENCE) == big) end
      assert.equal(3, child:result(PATIENCE))
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
      await(function() return tostring(a):find "1 receiving" end)
      b:send("here")
      await(function() return tostring(a):find "1 receiving" end)
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
      local q = at.where == "near" and ipc.queue() or at.queue()
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

    it("may be used by several tasks at each end", function()
      local out, into = at.pipe{ duplex = false }
      local senders, receivers, N = {}, {}, 40
      for n = 1, 3 do
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
      for _, p in ipairs(senders) do assert(p:join(PATIENCE)) end
      into:close()
      local sum, count = 0, 0
      for _, p in ipairs(receivers) do
        local part, parts = p:result(PATIENCE)
        sum, count = sum + part, count + parts
      end
      assert.same({ 3 * N, N * N * 6 + 3 * N * (N + 1) // 2 }, { count, sum })
    end)
  end)
end
