-- What is promised of a far space when its server dies, or the way to it is cut.
local ipc = require "tidelock"
local engine = dofile "spec/support/engine.lua"
local files = dofile "spec/support/files.lua"
local PATIENCE = 20

if engine.missing then
  describe("a far space", function() pending(engine.missing) end)
  return
end

local program = os.getenv "TIDELOCK" or "./tidelock"
local count = 0

local function wait_for(what, predicate)
  local deadline = ipc.now() + PATIENCE
  while not predicate() do
    assert(ipc.now() < deadline, what)
    ipc.sleep(0.01)
  end
end

-- a socket cannot be opened as a file
local function exists(path) return os.rename(path, path) end

-- A proxy to the server: its socket, and the command that runs it.
local function proxy(server, how, n)
  count = count + 1
  local socket = ("%s/proxy%d"):format(engine.folder, count)
  local command = ipc.command{ program, "spec/support/engine/cutting_proxy.lua", socket, server, how, tostring(n) }
  wait_for("no proxy", function() return exists(socket) or not command:is_alive() end)
  return socket, command
end

local function address(socket, space) return ("redis+unix:%s/%s"):format(socket, space) end

-- What f raises at last.
local function failure(f)
  local why
  wait_for("nothing was raised", function()
    local good, text = pcall(f)
    why = not good and text
    return not good
  end)
  return why
end

describe("answers that are lost on the way", function()
  it("leave every request counted once", function()
    local socket, command = proxy(engine.shared().socket, "cut", 10)
    local s = ipc.open(address(socket, "cut-" .. ipc.getpid()))
    local sum, q, lock = s.value("sum", 0), s.queue "q", s.lock "l"
    for i = 1, 150 do
      lock:acquire()
      sum:add(1)
      q:put(i)
      lock:release()
    end
    assert.equal(150, sum:get())
    for i = 1, 150 do assert.equal(i, (q:get(0))) end
    assert.same({ nil, "empty" }, { q:get(0) })
    command:kill()
    command:join()
  end)

  it("lose no bell", function()
    local socket, command = proxy(engine.shared().socket, "cut", 8)
    local name = "bells-" .. ipc.getpid()
    -- before this process has the space open, as a process has one session in a space
    local p = ipc.spawn(function()
      local s = ipc.open(address(socket, name))
      for _ = 1, 60 do s.queue "got":put((s.queue "put":get())) end
    end)
    local far = ipc.open(engine.shared():address(name))
    local put, got = far.queue "put", far.queue "got"
    for i = 1, 60 do
      put:put(i)
      assert.equal(i, (got:get(PATIENCE)))
    end
    assert.is_true(p:join(PATIENCE))
    command:kill()
    command:join()
  end)
end)

describe("a way to the server that is cut", function()
  it("is felt by whoever is cut off before the others get what it held", function()
    local socket, command = proxy(engine.shared().socket, "stall", 0)
    local name = "stall-" .. ipc.getpid()
    local ready, passed = ipc.queue(), ipc.event()
    local p = ipc.spawn(function()
      local lock = ipc.open(address(socket, name), { lease = 2 }).lock "l"
      lock:acquire()
      ready:put(true)
      passed:wait(PATIENCE)
      return pcall(lock.acquire, lock, 0.01)
    end)
    ready:get(PATIENCE)
    local lock = ipc.open(engine.shared():address(name)).lock "l"
    io.open(socket .. ".stalled", "w"):close()
    assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
    passed:set()
    local good, why = p:result(PATIENCE)
    assert.truthy(not good and why:find("lost", 1, true), why)
    command:kill()
    command:join()
  end)

  it("makes a call with a timeout end by it, and the request is not done later", function()
    local socket, command = proxy(engine.shared().socket, "stall", 0)
    local name = "late-" .. ipc.getpid()
    local lock = ipc.open(address(socket, name), { lease = 30 }).lock "l"
    lock:acquire()
    lock:release()
    io.open(socket .. ".stalled", "w"):close()
    assert.same({ nil, "timeout" }, { lock:acquire(0.1) })
    os.remove(socket .. ".stalled")
    wait_for("the lock is held", function() return pcall(lock.acquire, lock, 0.1) end)
    lock:release()
    assert.equal("free", ipc.spawn(function() return lock:acquire(PATIENCE) and "free" end):result(PATIENCE))
    command:kill()
    command:join()
  end)
end)

describe("a server that is killed and comes back", function()
  it("goes on where it was, and so do the waits, where it keeps all on disk", function()
    local server = engine.start{ appendonly = "yes", appendfsync = "always" }
    local s = ipc.open(server:address "kitchen", { lease = 30 }) -- a server may take long to start
    local lock, q = s.lock "l", s.queue "q"
    lock:acquire()
    local p = ipc.spawn(function() return q:get() end)
    wait_for("nobody waits", function() return tostring(q):find("1 getting", 1, true) end)
    server:kill()
    server:start()
    assert.is_true(q:put "still here")
    assert.equal("still here", p:result(PATIENCE))
    assert.is_true(lock:release())
    server:stop()
  end)

  it("and is away for longer than an attempt, is waited for by calls that have no timeout", function()
    local server = engine.start()
    local s = ipc.open(server:address "kitchen", { lease = 30 })
    local sum, lock = s.value("sum", 1), s.lock "l"
    lock:acquire()
    server:signal "STOP"
    local back = ipc.spawn(function()
      ipc.sleep(1.5) -- C tries for a second where there is a timeout
      server:signal "CONT"
    end)
    assert.equal(2, sum:add(1))
    assert.is_true(back:join(PATIENCE))
    server:signal "STOP"
    back = ipc.spawn(function()
      ipc.sleep(1.5)
      server:signal "CONT"
    end)
    assert.is_true(lock:release())
    assert.equal(2, sum:get())
    assert.is_true(back:join(PATIENCE))
    server:stop()
  end)

  it("and has forgotten everything, says lost", function()
    local server = engine.start()
    local s = ipc.open(server:address "kitchen", { lease = 30 })
    local lock, q = s.lock "l", s.queue "q"
    lock:acquire()
    local p = ipc.spawn(function() return pcall(q.get, q) end)
    wait_for("nobody waits", function() return tostring(q):find("1 getting", 1, true) end)
    server:kill()
    server:start()
    local why = failure(function() lock:release() end)
    assert.truthy(why:find("lost: the server has forgotten everything", 1, true), why)
    local good, text = p:result(PATIENCE)
    assert.truthy(not good and text:find("lost", 1, true), text)
    local again = ipc.open(server:address "kitchen")
    assert.is_true(again.lock "l":acquire(0))
    server:stop()
  end)

  it("and was emptied, says lost, and that it was, though the space has been made again", function()
    local server = engine.start()
    local s = ipc.open(server:address "kitchen", { lease = 30 })
    local lock, q = s.lock "l", s.queue "q"
    lock:acquire()
    server:cli "FLUSHALL"
    ipc.spawn(function() ipc.open(server:address "kitchen").queue "q":put "new" end):join()
    local why = failure(function() q:size() end)
    assert.truthy(why:find("lost: the server has forgotten everything", 1, true), why)
    assert.truthy(failure(function() lock:release() end):find("has forgotten everything", 1, true))
    assert.equal("new", ipc.open(server:address "kitchen").queue "q":get(PATIENCE))
    server:stop()
  end)

  it("and has forgotten its last moments, says forgot", function()
    local server = engine.start{ appendonly = "yes", appendfsync = "always", ["aof-use-rdb-preamble"] = "no" }
    local s = ipc.open(server:address "kitchen", { lease = 30 })
    local sum = s.value("sum", 0)
    sum:add(1)
    os.execute(("cp -r %s/appendonlydir %s/older"):format(server.folder, server.folder))
    for _ = 1, 5 do sum:add(1) end
    server:kill()
    os.execute(("cd %s && rm -rf appendonlydir && mv older appendonlydir"):format(server.folder))
    server:start()
    local why = failure(function() sum:add(1) end)
    assert.truthy(why:find("forgot", 1, true), why)
    server:stop()
  end)
end)

describe("what is no server of Redis", function()
  local function answering(text, close)
    count = count + 1
    local path = ("%s/answer%d"):format(engine.folder, count)
    files.write(path, text)
    return proxy(path, "answer", close and 0 or 1)
  end

  local HOSTILE = { ["no protocol"] = "HTTP/1.1 400 Bad Request\r\n\r\n", ["a list without end"] = "*2000000000\r\n",
    ["a text without end"] = "$9999999999999\r\nx", ["a negative size"] = "$-7\r\n", ["lists in lists"] =
    ("*1\r\n"):rep(200), nothing = "", ["an answer of another kind"] = ":1\r\n", ["no netstring"] =
    "$12\r\n1:ok:99:abcd\r\n", ["a size that wraps"] = "$40\r\n1:ok:18446744073709551615:" .. ("x"):rep(14) .. "\r\n" }

  for name, text in pairs(HOSTILE) do
    it("is refused: " .. name, function()
      local socket, command = answering(text, true)
      local good, why = pcall(ipc.open, address(socket, "kitchen"))
      assert.is_false(good)
      assert.truthy(why:find("cannot be opened", 1, true), why)
      command:kill()
      command:join()
    end)
  end
end)
