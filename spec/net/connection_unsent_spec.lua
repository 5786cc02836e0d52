-- Connections whose ends both send, and what of a message has not left when its sender does something else.
local ipc = require "tidelock"
local PATIENCE = 20 -- seconds: a limit for what takes milliseconds
local BIG = ("x"):rep(8 << 20) -- more than any kernel holds

local pair = dofile "spec/support/pair.lua"

local function socket_file()
  local path = os.tmpname()
  os.remove(path)
  finally(function() os.remove(path) end)
  return "unix:" .. path
end

describe("ends that both send", function()
  -- The child receives only after it has sent, and so does this process.
  local function exchange(c, s)
    local child = ipc.spawn(function()
      assert(c:send(BIG, PATIENCE))
      assert(c:send("the end", PATIENCE))
      return #assert(c:recv(PATIENCE)), c:recv(PATIENCE)
    end)
    finally(function() child:kill() end)
    assert.is_true(s:send(BIG, PATIENCE))
    assert.is_true(s:send("the end", PATIENCE))
    assert.equal(#BIG, #assert(s:recv(PATIENCE)))
    assert.equal("the end", s:recv(PATIENCE))
    assert.same({ #BIG, "the end" }, { child:result(PATIENCE) })
  end

  it("go on: over tcp", function() exchange(pair()) end)

  it("go on: over a socket file", function() exchange(pair(nil, socket_file())) end)

  it("go on where another process had received before", function()
    local c, s = pair()
    s:send("to the parent")
    assert.equal("to the parent", c:recv(PATIENCE))
    exchange(c, s)
  end)

  it("go on where both had too little time", function()
    local c, s = pair()
    local sent = ipc.barrier(2)
    local child = ipc.spawn(function()
      local taken = c:send(BIG, 0.02)
      sent:wait(PATIENCE)
      return taken, #assert(c:recv(PATIENCE))
    end)
    finally(function() child:kill() end)
    assert.is_true(s:send(BIG, 0.02))
    assert.truthy(sent:wait(PATIENCE))
    assert.equal(#BIG, #assert(s:recv(PATIENCE)))
    assert.same({ true, #BIG }, { child:result(PATIENCE) })
  end)

  it("keep no more of the other's than one largest message", function()
    local l = ipc.listen("tcp:127.0.0.1:0", { max_message = 100000 })
    local c = assert(ipc.connect(l.address, { max_message = 100000 }))
    local s = assert(l:accept(PATIENCE))
    local text = ("x"):rep(90000)
    local both = ipc.barrier(2)
    local from_child, from_here = ipc.value(0), ipc.value(0)
    local function swap(end_of, mine, theirs)
      while end_of:send(text, 0.2) do mine:add(1) end
      both:wait(PATIENCE)
      for _ = 1, theirs:get() do assert(#assert(end_of:recv(PATIENCE)) == #text) end
      return true
    end
    local child = ipc.spawn(swap, c, from_child, from_here)
    finally(function() child:kill() end)
    swap(s, from_here, from_child)
    assert.is_true(child:result(PATIENCE))
    assert.truthy(from_here:get() < 200) -- 18 MB: more than kernels hold
  end)

  it("take nothing from a child that receives", function()
    local c, s = pair()
    local receiving, sent = ipc.event(), ipc.event()
    local child = ipc.spawn(function()
      local n = 0
      c:poll(0)
      receiving:set()
      while true do
        local text = assert(c:recv(PATIENCE))
        if text == "the end" then return n end
        n = n + #text
      end
    end)
    local other = ipc.spawn(function()
      receiving:wait(PATIENCE)
      for _ = 1, 200 do assert(s:send(("y"):rep(50000), PATIENCE)) end
      s:send("the end", PATIENCE)
      sent:wait(PATIENCE)
      return #assert(s:recv(PATIENCE))
    end)
    finally(function()
      child:kill()
      other:kill()
    end)
    receiving:wait(PATIENCE)
    c:send(BIG, 0.1) -- as long as `other` only sends
    sent:set()
    assert.equal(200 * 50000, child:result(PATIENCE))
    c:poll(0)
    assert.equal(#BIG, other:result(PATIENCE))
  end)
end)

describe("what has not left of a message", function()
  -- The peer receives only once this process waits for something else.
  local function peer_of(s, go)
    local peer = ipc.spawn(function()
      go:wait(PATIENCE)
      return #assert(s:recv(PATIENCE))
    end)
    finally(function() peer:kill() end)
    return peer
  end

  local waits = {
    ["for an event"] = function(peer)
      local e = ipc.event()
      ipc.spawn(function()
        peer:join(PATIENCE)
        e:set()
      end)
      return e:wait(PATIENCE)
    end,
    ["for a process"] = function(peer) return peer:join(PATIENCE) end,
    ["for its result"] = function(peer) return peer:result(PATIENCE) end,
    ["for several"] = function(peer) return ipc.wait({ ipc.queue(), peer }, PATIENCE) end,
    ["for a lock"] = function(peer)
      local held, l = ipc.event(), ipc.lock()
      ipc.spawn(function()
        l:acquire()
        held:set()
        peer:join(PATIENCE)
        l:release()
      end)
      held:wait(PATIENCE)
      return l:acquire(PATIENCE)
    end,
    ["for a command"] = function(peer)
      local text = "while [ -e /proc/$0/exe ]; do sleep 0.02; done" -- of a zombie there is none
      return ipc.command{ "sh", "-c", text, tostring(peer.pid) }:join(PATIENCE)
    end,
    ["for another connection"] = function(peer)
      local c, s = pair()
      ipc.spawn(function()
        peer:join(PATIENCE)
        s:send(true)
      end)
      return c:recv(PATIENCE)
    end,
    ["in a sleep"] = function(peer)
      local limit = ipc.now() + PATIENCE
      while peer:is_alive() and ipc.now() < limit do ipc.sleep(0.05) end
      return not peer:is_alive()
    end,
  }
  for how, wait in pairs(waits) do
    it("goes while its sender waits " .. how, function()
      local c, s = pair()
      local go = ipc.event()
      local peer = peer_of(s, go)
      assert.is_true(c:send(BIG, 0.02))
      go:set()
      assert.truthy(wait(peer))
      assert.equal(#BIG, peer:result(PATIENCE))
    end)
  end

  it("goes while a thread waits", function()
    local l = ipc.listen("tcp:127.0.0.1:0")
    local go = ipc.event()
    local address = l.address
    local t = ipc.thread(function()
      local c = require "tidelock".connect(address)
      local sent = c:send(("x"):rep(8 << 20), 0.02)
      go:wait(20)
      return sent
    end):start()
    local s = assert(l:accept(PATIENCE))
    assert.equal(#BIG, #assert(s:recv(PATIENCE)))
    go:set()
    assert.is_true(t:result(PATIENCE))
  end)

  it("goes before its process ends, also from a connection that is collected", function()
    local l = ipc.listen("tcp:127.0.0.1:0")
    local ready = ipc.event()
    local child = ipc.spawn(function()
      do
        local c = ipc.connect(l.address)
        c:send(BIG, 0.02)
      end
      collectgarbage()
      collectgarbage()
      ready:set()
    end)
    finally(function() child:kill() end)
    local s = assert(l:accept(PATIENCE))
    assert.is_true(ready:wait(PATIENCE))
    assert.equal(#BIG, #assert(s:recv(PATIENCE)))
    assert.same({ nil, "closed" }, { s:recv(PATIENCE) })
    assert.is_true(child:join(PATIENCE))
    assert.equal(0, child.exitcode)
  end)

  it("is not sent a second time by a child", function()
    local c, s = pair()
    assert.is_true(c:send(BIG, 0.02))
    local child = ipc.spawn(function() ipc.sleep(0.001) end) -- in any wait what has not left would go
    assert.is_true(child:join(PATIENCE))
    local peer = ipc.spawn(function() return #assert(s:recv(PATIENCE)), s:recv(PATIENCE) end)
    assert.is_true(c:send("next", PATIENCE))
    assert.same({ #BIG, "next" }, { peer:result(PATIENCE) })
  end)

  it("holds up nobody where the other end is gone", function()
    local c, s = pair()
    assert.is_true(c:send(BIG, 0.02))
    s:close()
    assert.same({ nil, "timeout" }, { ipc.event():wait(0.05) })
    assert.same({ nil, "closed" }, { c:send(1, PATIENCE) })
  end)
end)

describe("a listener", function()
  it("keeps who has begun to greet, however many only connect", function()
    local l = ipc.listen("tcp:127.0.0.1:0")
    local host, port = l.address:match("^tcp:(.*):(%d+)$")
    local function bash(text)
      return ipc.command{ "bash", "-c", ("exec 3<>/dev/tcp/%s/%s; %s"):format(host, port, text) }
    end
    local octal = ("\\%03o"):rep(48):format((("tidelock\1\0\0\0\0\0\0\0"):rep(1) .. ("n"):rep(32)):byte(1, -1))
    local first, second = octal:sub(1, 4 * 20), octal:sub(4 * 20 + 1)
    local honest = bash(("printf '%s' >&3; echo said; read x; printf '%s' >&3; read x"):format(first, second))
    assert.equal("said", honest.stdout:read("l", PATIENCE))
    local crowd = bash(("for i in {1..600}; do exec {fd}<>/dev/tcp/%s/%s; done; echo here; read x"):format(host, port))
    repeat assert.same({ nil, "timeout" }, { l:accept(0.01) }) until crowd.stdout:read("l", 0) == "here"
    repeat assert.same({ nil, "timeout" }, { l:accept(0.01) }) until l.refused > 400
    honest.stdin:write("\n")
    local met = l:accept(PATIENCE)
    crowd:kill()
    honest:kill()
    assert.truthy(met)
  end)
end)
