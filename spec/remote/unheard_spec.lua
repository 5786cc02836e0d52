-- A call whose answer does not come is undone by the next one, unless somebody has what it gave by then.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local engine = dofile "spec/support/engine.lua"
local PATIENCE = 20
local SHORT = 0.5 -- but a request is sent by then, on a loaded machine too

if engine.missing then
  describe("an answer that does not come", function() pending(engine.missing) end)
  return
end

local program = os.getenv "TIDELOCK" or "./tidelock"

describe("an answer that does not come", function()
  local server, stalled, far, orders, done
  local commands = {}

  -- A space by way of a proxy, which does harm while there is that file.
  local function by_proxy(how)
    local socket = server.folder .. "/" .. how
    local command = ipc.command{ program, "spec/support/engine/cutting_proxy.lua", socket, server.socket, how, "0" }
    commands[#commands + 1] = command
    await(function() return os.rename(socket, socket) or not command:is_alive() end, "no proxy")
    return ("redis+unix:%s/%s"):format(socket, how), socket .. ".stalled"
  end

  before_each(function()
    server = engine.start()
    local address
    address, stalled = by_proxy "deaf"
    orders, done = ipc.queue(), ipc.queue()
    -- before this process has the space open, as a process has one session in a space
    ipc.process{ daemon = true, target = function()
      local s = ipc.open(server:address "deaf")
      for _, order in orders:items() do
        local q = s.queue "o"
        done:put(q[order[1] ](q, table.unpack(order, 2)))
      end
    end }:start()
    far = ipc.open(address, { lease = 60 })
  end)

  after_each(function()
    for n, command in pairs(commands) do
      command:kill()
      command:join()
      commands[n] = nil
    end
    server:kill()
    orders:close()
  end)

  -- What was sent comes there by the proxy, in its time.
  local function at_the_server(pattern)
    local found
    await(function()
      found = server:objects("deaf"):match(pattern)
      return found
    end, pattern)
    return found
  end

  -- Sends while no answer comes, then looks, then makes another call.
  local function send_and_go_on(send, look)
    local value = far.value("v", 0)
    io.open(stalled, "w"):close()
    local _, reason, more = send()
    assert.equal("timeout", reason)
    assert.matches("unless somebody has the message by then", more)
    local seen = look()
    os.remove(stalled)
    assert.equal(0, value:get())
    return seen
  end

  for what, message in pairs{ ["a message"] = "x", ["a large message"] = ("x"):rep(20000) } do
    for _, order in ipairs{ "fifo", "lifo", "priority" } do
      it("has the next call take back " .. what .. " that was put: " .. order, function()
        local q = far.queue("o", { order = order })
        local seen = send_and_go_on(function() return q:put(message, SHORT) end, function()
          return at_the_server "([1-9]%d*) messages"
        end)
        assert.equal("1", seen)
        assert.equal(0, q:size())
        q:put "next"
        assert.equal("next", q:get(0))
        assert.is_true(q:task_done())
        assert.is_true(q:join(0))
      end)
    end

    it("has the next call take back " .. what .. " that was sent", function()
      local a, b = far.pipe "p"
      b:poll(0)
      local seen = send_and_go_on(function() return a:send(message, SHORT) end, function()
        return at_the_server "end 2, duplex, ([1-9]%d*) to receive"
      end)
      assert.equal("1", seen)
      assert.is_false(b:poll(0))
    end)
  end

  it("has the next call, whatever that is, give back what was taken", function()
    local lock, q, value = far.lock "l", far.queue "o", far.value("v", 0)
    q:put "x"
    for take, pattern in pairs{ [function() return lock:acquire(SHORT) end] = "held by",
      [function() return q:get(SHORT) end] = "1:o%d+:0 messages" } do
      io.open(stalled, "w"):close()
      assert.same({ nil, "timeout" }, { take() })
      at_the_server(pattern)
      os.remove(stalled)
      assert.equal(0, value:get())
      assert.is_nil(server:objects("deaf"):match(pattern))
    end
  end)

  it("has the next call give back a large message that was taken, and did not come", function()
    local address, file = by_proxy "shy"
    local s, near, large = ipc.open(address, { lease = 60 }), ipc.queue(), ("x"):rep(20000)
    local q, value, a, b = s.queue "large", s.value("v", 0), s.pipe "large pipe"
    local takes = {
      get = function() return q:get(SHORT) end,
      receive = function() return ipc.receive({ q }, SHORT) end,
      ["receive of near and far"] = function() return ipc.receive({ q, near }, SHORT) end,
      get_many = function() return q:get_many(3, SHORT) end,
      recv = function() return b:recv(SHORT) end,
    }
    q:put_many{ large, "small" }
    a:send(large)
    for name, take in pairs(takes) do
      io.open(file, "w"):close()
      assert.same({ nil, "timeout" }, { take() }, name)
      os.remove(file)
      assert.equal(0, value:get())
      assert.equal(2, q:size(), name)
      assert.is_true(b:poll(0), name)
    end
    assert.same({ large, "small" }, q:get_many(3, 0))
    assert.equal(large, b:recv(0))
  end)

  it("has the next call take back messages that were put together, but those that somebody has", function()
    local q = far.queue "o"
    send_and_go_on(function() return nil, select(2, q:put_many({ 1, 2, 3 }, SHORT)) end, function()
      orders:put{ "get", PATIENCE }
      assert.equal(1, done:get(PATIENCE))
    end)
    assert.equal(0, q:size())
  end)

  it("says of an update that it may have been written", function()
    local t = far.table("t", { n = 1 })
    local _, reason, more = t:update("n", function(n)
      io.open(stalled, "w"):close()
      return n + 1
    end, SHORT)
    assert.same({ "timeout", "the server did not answer: it may have been written" }, { reason, more })
    os.remove(stalled)
    assert.equal(2, t.n)
  end)

  it("leaves a message with who has it", function()
    local q = far.queue "o"
    send_and_go_on(function() return q:put("x", SHORT) end, function()
      orders:put{ "get", PATIENCE }
      assert.equal("x", done:get(PATIENCE))
    end)
    assert.equal(0, q:size())
  end)

  it("lets in who waited to put when it is taken back", function()
    local q = far.queue("o", 1)
    send_and_go_on(function() return q:put("x", SHORT) end, function()
      orders:put{ "put", "y" }
      at_the_server "1 putting"
    end)
    assert.is_true(done:get(PATIENCE))
    assert.equal("y", q:get(0))
  end)
end)
