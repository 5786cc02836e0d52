-- Connections: what comes over, and that a bad peer costs its own connection only.
local ipc = require "tidelock"
local pair = dofile "spec/support/pair.lua"
local peers = dofile "spec/support/peers.lua"
local raises = dofile "spec/support/raises.lua"
local shell = dofile "spec/support/shell.lua"
local HERE, HELLO, frame = peers.HERE, peers.HELLO, peers.frame
local PATIENCE = 20 -- seconds: a limit for what takes milliseconds

-- The server's end of a connection on which a stranger sends these.
local function met(...)
  local l = ipc.listen(HERE, { max_message = 5000 })
  local peer = peers.stranger(l.address, ...)
  return assert(l:accept(PATIENCE)), peer, l
end

local function descriptors()
  local n = 0
  for _ in pairs(shell.list("/proc/" .. ipc.getpid() .. "/fd")) do n = n + 1 end
  return n
end

teardown(peers.remove_files)

describe("a connection", function()
  for _, scheme in ipairs{ "tcp", "tcp6", "unix" } do
    it("carries values both ways: " .. scheme, function()
      local c, s = pair(nil, ({ tcp = HERE, tcp6 = "tcp:[::1]:0", unix = "unix:" .. peers.socket_file() })[scheme])
      local shared = {}
      local sent = { 1, 2.5, "a\0b", true, list = { shared, shared }, [false] = ("x"):rep(100000) }
      sent.itself = sent
      assert.is_true(c:send(sent))
      local got = assert(s:recv(PATIENCE))
      assert.equal(got, got.itself)
      assert.equal(got.list[1], got.list[2])
      assert.equal("integer", math.type(got[1]))
      assert.equal(sent[false], got[false])
      assert.equal("a\0b", got[3])
      assert.is_true(s:send(nil))
      assert.is_true(c:poll(PATIENCE))
      assert.equal(1, select("#", c:recv()))
      assert.is_false(c:poll(0))
    end)
  end

  it("carries megabytes, and many small ones", function()
    local c, s = pair()
    local big = ("0123456789abcdef"):rep(1 << 18)
    local child = ipc.spawn(function()
      for _ = 1, 3 do s:send{ big } end
      for n = 1, 10000 do s:send(n) end
    end)
    for _ = 1, 3 do assert.is_true(c:recv(PATIENCE)[1] == big) end
    for n = 1, 10000 do assert.equal(n, c:recv(PATIENCE)) end
    child:join()
  end)

  it("carries a table whose metatable both ends registered, and breaks where one did not", function()
    local class = ipc.register("channel_spec.point", {})
    local c, s = pair()
    c:send(setmetatable({ y = 1 }, class))
    assert.equal(class, getmetatable(s:recv(PATIENCE)))
    raises("cannot send value.a: its metatable is not registered", c.send, c, { a = setmetatable({}, {}) })
    local child = ipc.spawn(function()
      local other = ipc.register("channel_spec.other", {})
      return c:send(setmetatable({}, other))
    end)
    assert.is_true(child:result(PATIENCE))
    local _, why, trouble = s:recv(PATIENCE)
    assert.equal("broken", why)
    assert.truthy(trouble:find("call ipc.register(\"channel_spec.other\", metatable) in the receiver first", 1, true))
  end)

  it("refuses functions and objects, with the path", function()
    local c, s = pair()
    local function name(value)
      local ok, why = pcall(function() c:send{ f = value } end)
      assert.is_false(ok)
      return (why:gsub("^spec/net/connection_spec.lua:%d+: connection tcp:127.0.0.1:%d+: send: ", ""))
    end
    assert.equal("cannot send value.f: a function cannot leave its program", name(function() end))
    assert.equal("cannot send value.f: a function cannot leave its program", name(print))
    assert.equal("cannot send value.f: an object (lock) cannot leave its program", name(ipc.lock()))
    assert.equal("cannot send value.f: a userdata (connection) cannot leave its process", name(c))
    assert.equal("cannot send value.f[1]: a coroutine cannot leave its process", name{ coroutine.create(print) })
    raises("cannot send value: a userdata %(connection%)", function() ipc.queue():put(s) end)
    assert.same({ nil, "timeout" }, { s:recv(0) })
  end)

  it("says what is misused", function()
    local c, s = pair()
    raises("connection tcp:127.0.0.1:%d+: send: a value is expected", function() c:send() end)
    raises("recv: the timeout must be a number", c.recv, c, {})
    raises("there is no field or method \"foo\"; there are: send, recv, poll, close, address",
      function() return c.foo end)
    raises("the field \"foo\" cannot be set", function() c.foo = 1 end)
    raises("connection expected, got table", c.send, {}, 1)
    assert.equal("connection " .. c.address .. ": open", tostring(c))
    assert.is_true(c:close())
    assert.is_true(c:close())
    raises("spec/net/connection_spec.lua:%d+: connection: recv: was closed before", function() c:recv() end)
    assert.equal("connection: closed", tostring(c))
    s:close()
  end)

  it("is closed, after what was sent, when the other end closes", function()
    local c, s = pair()
    s:send("last")
    s:close()
    assert.same({ nil, "closed" }, { c:send(1) })
    assert.is_true(c:poll())
    assert.equal("last", c:recv())
    assert.same({ nil, "closed" }, { c:recv() })
    assert.is_true(c:poll())
    assert.same({ nil, "closed" }, { c:send(1) })
    assert.truthy(tostring(c):find(": closed$"))
  end)

  for _, scheme in ipairs{ "tcp", "unix" } do
    it("has all that was sent by an end that received nothing and is closed: " .. scheme, function()
      local c, s = pair(nil, ({ tcp = HERE, unix = "unix:" .. peers.socket_file() })[scheme])
      s:send("unread")
      for n = 1, 10 do c:send(n) end
      c:close()
      for n = 1, 10 do assert.equal(n, s:recv(PATIENCE)) end
      assert.same({ nil, "closed" }, { s:recv(PATIENCE) })
    end)
  end

  it("is closed when the process of the other end is killed", function()
    local l = ipc.listen(HERE)
    local child = ipc.spawn(function()
      local c = ipc.connect(l.address)
      c:send("ready")
      ipc.sleep()
    end)
    local s = l:accept(PATIENCE)
    assert.equal("ready", s:recv(PATIENCE))
    child:kill()
    assert.same({ nil, "closed" }, { s:recv(PATIENCE) })
    assert.same({ nil, "closed" }, { s:send(("x"):rep(1 << 20)) }) -- and no SIGPIPE
    child:join()
  end)

  it("keeps what it has of a message when the time runs out", function()
    local body = "\xa0\x85hello"
    local s, peer = met(HELLO .. frame(body):sub(1, 3), frame(body):sub(4, 10), frame(body):sub(11) .. frame("\xa0\1"))
    assert.same({ nil, "timeout" }, { s:recv(0.05) })
    peers.go_on(peer)
    assert.same({ nil, "timeout" }, { s:recv(0.05) })
    assert.is_false(s:poll(0))
    peers.go_on(peer)
    assert.equal("hello", s:recv(PATIENCE))
    assert.equal(1, s:recv(PATIENCE))
    peer:close()
    assert.same({ nil, "closed" }, { s:recv(PATIENCE) })
  end)

  it("tears nothing when the time of a send runs out", function()
    local c, s = pair()
    local sent, big = 0, ("y"):rep(300000)
    while c:send({ sent + 1, big }, sent % 2 == 0 and 0 or 0.01) do sent = sent + 1 end
    assert.same({ nil, "timeout" }, { c:send("no", 0) })
    assert.truthy(sent > 0)
    local child = ipc.spawn(function()
      for n = 1, sent do
        local got = s:recv(PATIENCE)
        if got[1] ~= n or got[2] ~= big then return n end
      end
      return s:recv(PATIENCE)
    end)
    assert.is_true(c:send("end", PATIENCE))
    assert.equal("end", child:result(PATIENCE))
  end)

  it("closes only when the last of a message has left", function()
    local c, s = pair()
    while c:send(("z"):rep(1 << 20), 0) do end -- luacheck: ignore
    local child = ipc.spawn(function()
      c:close() -- its copy: it sends nothing of what the parent has left
      local n = 0
      while s:recv(PATIENCE) do n = n + 1 end
      return n, select(2, s:recv(0))
    end)
    s:close()
    c:close()
    local n, why = child:result(PATIENCE)
    assert.truthy(n > 0)
    assert.equal("closed", why)
  end)

  it("bounds what it sends and what it receives", function()
    local c = pair{ max_message = 1000 }
    raises("send: the value takes 1004 bytes: more than max_message", c.send, c, ("x"):rep(1000))
    assert.is_true(c:send(("x"):rep(990)))
    local l = ipc.listen(HERE, { max_message = 100 })
    local out = ipc.connect(l.address)
    local s = l:accept(PATIENCE)
    out:send(("x"):rep(200))
    assert.same({ nil, "broken", "a message larger than max_message was announced" }, { s:recv(PATIENCE) })
    assert.equal("broken", select(2, s:send(1)))
    assert.same({ nil, "closed" }, { out:recv(PATIENCE) })
  end)

  local garbage = {
    ["an immense size"] = ("\xff"):rep(8),
    ["no size"] = ("\0"):rep(8),
    ["no header"] = frame("hello"),
    ["no value"] = frame("\xa0"),
    ["two values"] = frame("\xa0\1\2"),
    ["a table that claims more than there is"] = frame("\xa0\xd0\xff\xff\xff\x7f\xff\xff\xff\x7f"),
    ["a string that claims more than there is"] = frame("\xa0\xc8\xff\xff\xff\xff\x0f"),
    ["a function"] = frame("\xa0\xd4\0\4\0\0\0\27Lua"),
    ["an object"] = frame("\xa0\xd6\0"),
    ["a class that nobody knows"] = frame("\xa0\xd2\x81c\0\0\0\0\0\0\0\0"),
    ["tables too deep"] = frame("\xa0" .. ("\xd0\1\0\0\0\0\0\0\0"):rep(201) .. "\1"),
    ["a key that is nil"] = frame("\xa0\xd0\0\0\0\0\1\0\0\0\xc0\1"),
  }
  for what, bytes in pairs(garbage) do
    it("breaks, and no more, on " .. what, function()
      local s, peer, l = met(HELLO .. bytes, "")
      local other = ipc.connect(l.address)
      local value, why, trouble = s:recv(PATIENCE)
      assert.same({ n = 3, nil, "broken", "string" }, table.pack(value, why, type(trouble)))
      assert.equal("broken", select(2, s:recv(0)))
      assert.truthy(tostring(s):find(": broken$"))
      peer:close()
      assert.is_true(l:accept(PATIENCE):send("others go on"))
      assert.equal("others go on", other:recv(PATIENCE))
    end)
  end

  it("takes no memory for what was only announced", function()
    local function pages() return tonumber(io.open("/proc/self/statm"):read("a"):match("%d+")) end
    local l = ipc.listen(HERE)
    local peer = peers.stranger(l.address, HELLO .. ("<I8"):pack(60 << 20) .. "a little")
    local s = l:accept(PATIENCE)
    local before = pages()
    assert.same({ nil, "timeout" }, { s:recv(0.05) })
    assert.truthy(pages() - before < 1000)
    peer:close()
    assert.equal("broken", select(2, s:recv(PATIENCE)))
  end)

  it("breaks where it ends in the middle of a message", function()
    local s, peer = met(HELLO .. frame("\xa0\1") .. frame("\xa0\x85hello"):sub(1, 12))
    peer:close()
    assert.equal(1, s:recv(PATIENCE))
    assert.same({ nil, "broken", "it ended in the middle of a message" }, { s:recv(PATIENCE) })
  end)

  it("can be handed to a child, which then is its only holder", function()
    local l = ipc.listen(HERE)
    local c = ipc.connect(l.address)
    local s = l:accept(PATIENCE)
    local child = ipc.spawn(function()
      s:send(s:recv() * 2)
    end)
    s:close()
    c:send(21)
    assert.equal(42, c:recv(PATIENCE))
    child:join()
    assert.same({ nil, "closed" }, { c:recv(PATIENCE) })
  end)
end)

describe("a finalizer", function()
  it("may close what is being looked at", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      for _ = 1, 300 do
        local l = ipc.listen("tcp:127.0.0.1:0")
        local c = ipc.connect(l.address)
        local s = l:accept(20)
        for item, look in pairs{ [l] = l.accept, [c] = tostring, [s] = function() return s.address end } do
          local closed
          setmetatable({}, { __gc = function()
            closed = item:close()
          end })
          while not closed do pcall(look, item, 0, {}) end
        end
      end
    ]])
    assert.same({ "", "", 0 }, { out, err, status })
  end)
end)

describe("a callback", function()
  local function in_script(body)
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local pool = ipc.pool(1)
      local asleep = dofile "spec/support/asleep.lua"
      local function later(callback) pool:apply_async(asleep, { "main" }, callback) end
      local l = ipc.listen("tcp:127.0.0.1:0")
      local c = ipc.connect(l.address)
      local s = l:accept(20)
    ]] .. body)
    assert.equal(0, status, err)
    return out
  end

  it("may close what its process waits for", function()
    assert.equal("true\nclosed\ntrue\nclosed\n", in_script[[
      for item, call in pairs{ [c] = "recv", [l] = "accept" } do
        later(function()
          item:close()
          ipc.listen("tcp:127.0.0.1:0") -- lies where the other did
        end)
        print(ipc.wait({ item, ipc.event() }, 20)[1] == item)
        print(select(2, item[call](item, 20)))
      end
    ]])
  end)
end)

describe("a program", function()
  it("talks to another program", function()
    local path = peers.socket_file()
    local server = ([[local ipc = require "tidelock"
      local l = ipc.listen("unix:%s", { key = "k" })
      print "listening"
      local s = l:accept(20)
      while true do
        local v, why = s:recv(20)
        if why then print(why) break end
        s:send{ echo = v }
      end]]):format(path)
    local file = os.tmpname()
    peers.to_remove(file)
    io.open(file, "w"):write(server):close()
    local program = io.popen(shell.tidelock .. " " .. file)
    assert.equal("listening", program:read())
    local c = assert(ipc.connect("unix:" .. path, { key = "k", timeout = PATIENCE }))
    for n = 1, 10 do
      c:send(n)
      assert.same({ echo = n }, c:recv(PATIENCE))
    end
    c:close()
    assert.equal("closed", program:read())
    assert.is_true(program:close())
    assert.is_false(peers.exists(path))
  end)

  it("loses no descriptor", function()
    local function round()
      local c, s = pair()
      c:send(1)
      s:recv()
      c:close() -- s is left to the collector
      local l = ipc.listen("unix:" .. peers.socket_file(), { key = "k" })
      ipc.connect(l.address, { key = "k", timeout = 0 })
      l:accept(0)
      ipc.connect("tcp:127.0.0.1:1")
      pcall(ipc.listen, l.address)
    end
    local function clean()
      collectgarbage()
      collectgarbage()
      return descriptors()
    end
    round()
    local before = clean()
    for _ = 1, 50 do round() end
    assert.truthy(clean() <= before + 1) -- one may still be on the stack
  end)
end)
