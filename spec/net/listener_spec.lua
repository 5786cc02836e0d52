-- Listeners: where they listen, whom they accept, and whom they turn away.
local ipc = require "tidelock"
local peers = dofile "spec/support/peers.lua"
local raises = dofile "spec/support/raises.lua"
local shell = dofile "spec/support/shell.lua"
local HERE, HELLO, frame = peers.HERE, peers.HELLO, peers.frame
local PATIENCE = 20 -- seconds: a limit for what takes milliseconds

-- Accepts nobody, until the listener has turned away so many.
local function refuse(l, count)
  local limit = ipc.now() + PATIENCE
  repeat assert.same({ nil, "timeout" }, { l:accept(0.02) }) until l.refused == count or ipc.now() > limit
  assert.equal(count, l.refused)
end

teardown(peers.remove_files)

describe("ipc.listen", function()
  it("says which address it has, and what is none", function()
    local l = ipc.listen{ address = HERE, name = "till" }
    assert.truthy(l.address:find("^tcp:127.0.0.1:%d+$"))
    assert.equal("listener \"till\" at " .. l.address, tostring(l))
    raises("spec/net/listener_spec.lua:%d+: listen: " .. l.address
      .. ": the address is in use; another listener has it", function() ipc.listen(l.address) end)
    raises("listen: foo: this is no address; write \"unix:PATH\", \"tcp:HOST:PORT\"", ipc.listen, "foo")
    raises("this is no address", ipc.listen, "tcp:::1:80")
    raises("this is no address", ipc.listen, "tcp:localhost:99999")
    raises("the address is too long; a socket's path has at most 107 bytes", ipc.listen, "unix:/" .. ("x"):rep(107))
    raises("No such file or directory", ipc.listen, "unix:/nowhere/at/all")
    raises("listen: unknown option \"kee\"; there are: address, key, max_message, name", ipc.listen, HERE, { kee = 1 })
    raises("the key must be a string that is not empty", ipc.listen, HERE, { key = "" })
    raises("max_message must be an integer", ipc.listen, HERE, { max_message = 0 })
    l:close()
    raises("listener: accept: was closed before", function() l:accept() end)
    raises("listener: address: was closed before", function() return l.address end)
    assert.equal("listener: closed", tostring(l))
  end)

  it("accepts in time, or says that the time is over", function()
    local l = ipc.listen(HERE)
    assert.same({ nil, "timeout" }, { l:accept(0) })
    assert.same({ nil, "timeout" }, { l:accept(0.05) })
    local c = ipc.connect(l.address)
    local s = assert(l:accept(0))
    assert.is_true(s:send(1))
    assert.equal(1, c:recv(PATIENCE))
  end)

  it("makes a socket file for its user alone, and removes it", function()
    local path = peers.socket_file()
    local l = ipc.listen("unix:" .. path)
    local mode = io.popen("stat -c '%a %F' " .. path):read("a")
    assert.equal("600 socket\n", mode)
    raises("the address is in use", ipc.listen, "unix:" .. path)
    ipc.spawn(function() l:close() end):join()
    assert.is_true(peers.exists(path))
    assert.truthy(ipc.connect("unix:" .. path))
    l:close()
    assert.is_false(peers.exists(path))
    assert.same({ nil, "unreachable" }, { ipc.connect("unix:" .. path) })
  end)

  it("does not take over a file that is no socket", function()
    local path = os.tmpname()
    peers.to_remove(path)
    raises("the address is in use", ipc.listen, "unix:" .. path)
    assert.is_true(peers.exists(path))
  end)

  for how, code in pairs{
    ["by its end"] = "",
    ["by os.exit"] = "os.exit(0)",
    ["by os.exit of a child that made it"] = "os.exit(0)",
    ["by Ctrl-C"] = "interrupt_asleep() l:accept()",
  } do
    it("leaves no socket file: " .. how, function()
      local path = peers.socket_file()
      local body = ("local l = ipc.listen('unix:%s') assert(os.rename('%s', '%s')) %s"):format(path, path, path, code)
      if how:find("child") then body = "ipc.spawn(function() " .. body .. " end):join()" end
      local out, err, status = shell.script([[
        local ipc = require "tidelock"
        local function interrupt_asleep()
          local main, asleep = ipc.current(), dofile "spec/support/asleep.lua"
          ipc.spawn(function() asleep("main") main:signal(2) end)
        end
      ]] .. body)
      assert.equal(how:find("Ctrl") and 130 or 0, status, out .. err)
      assert.is_false(peers.exists(path))
    end)
  end

  it("takes over the file of a listener that was killed", function()
    local path = peers.socket_file()
    local ready = ipc.event()
    local child = ipc.spawn(function()
      local l = ipc.listen("unix:" .. path)
      ready:set()
      l:accept()
    end)
    ready:wait()
    child:kill()
    child:join()
    assert.is_true(peers.exists(path))
    assert.same({ nil, "unreachable" }, { ipc.connect("unix:" .. path) })
    local l = ipc.listen("unix:" .. path)
    assert.truthy(ipc.connect(l.address))
    l:close()
    assert.is_false(peers.exists(path))
  end)

  it("goes on while a caller is silent, or speaks another language", function()
    local l = ipc.listen(HERE, { key = "k" })
    local silent = peers.stranger(l.address, "tide")
    local other = peers.stranger(l.address,
      "GET / HTTP/1.1\r\nHost: nobody.example\r\nAccept: everything, thank you\r\n\r\n")
    refuse(l, 1)
    local client = ipc.spawn(function() return ipc.connect(l.address, { key = "k" }):recv() end)
    assert.is_true(l:accept(PATIENCE):send("served"))
    assert.equal("served", client:result(PATIENCE))
    assert.equal(1, l.refused)
    refuse(l, 2) -- after five seconds
    silent:close()
    other:close()
  end)

  it("serves more silent callers than it has room for, and one who speaks", function()
    local l = ipc.listen(HERE)
    local silent = {}
    for i = 1, 40 do silent[i] = peers.stranger(l.address, "tide") end
    assert.same({ nil, "timeout" }, { l:accept(0.5) })
    local c = ipc.connect(l.address)
    assert.is_true(l:accept(PATIENCE):send("served"))
    assert.equal("served", c:recv(PATIENCE))
    for i = 1, 40 do silent[i]:close() end
  end)

  it("has callers served by several children that inherited it", function()
    local l = ipc.listen(HERE, { key = "k" })
    local workers = {}
    for i = 1, 2 do
      workers[i] = ipc.spawn(function()
        while true do
          local s = l:accept()
          s:send(s:recv(PATIENCE) + 1)
        end
      end)
    end
    for n = 1, 20 do
      local c = assert(ipc.connect(l.address, { key = "k", timeout = PATIENCE }))
      c:send(n)
      assert.equal(n + 1, c:recv(PATIENCE))
    end
    for i = 1, 2 do
      workers[i]:kill()
      workers[i]:join()
    end
  end)

  it("leaves a caller who was greeting at a fork to the process that had begun with him", function()
    local l = ipc.listen(HERE)
    local peer = peers.stranger(l.address, HELLO:sub(1, 4), HELLO:sub(5) .. frame("\xa0\1"))
    assert.same({ nil, "timeout" }, { l:accept(0.05) })
    local ready = ipc.event()
    local worker = ipc.spawn(function()
      ready:set()
      return l:accept(0.3) ~= nil -- only time can tell
    end)
    assert.is_true(ready:wait(PATIENCE))
    peers.go_on(peer)
    assert.is_false(worker:result(PATIENCE))
    assert.equal(1, l:accept(PATIENCE):recv(PATIENCE))
    peer:close()
  end)

  it("serves eight clients at once", function()
    local l = ipc.listen(HERE, { key = "k" })
    local clients = {}
    for i = 1, 8 do
      clients[i] = ipc.spawn(function()
        local c = ipc.connect(l.address, { key = "k" })
        for n = 1, 100 do
          c:send{ i, n }
          local got = c:recv(PATIENCE)
          if got[1] ~= i or got[2] ~= n then return false end
        end
        return true
      end)
    end
    local servers = {}
    for i = 1, 8 do
      local s = assert(l:accept(PATIENCE))
      servers[i] = ipc.spawn(function()
        for _ = 1, 100 do s:send(s:recv(PATIENCE)) end
      end)
      s:close()
    end
    for i = 1, 8 do assert.is_true(clients[i]:result(PATIENCE)) end
    for i = 1, 8 do servers[i]:join() end
  end)
end)

describe("a key", function()
  local function calls(server_key, client_key)
    local l = ipc.listen(HERE, { key = server_key })
    local server = ipc.spawn(function()
      local s, why
      local limit = ipc.now() + PATIENCE
      repeat s, why = l:accept(0.02) until s or l.refused > 0 or ipc.now() > limit
      return s and s:send("in"), why, l.refused
    end)
    local c, why = ipc.connect(l.address, { key = client_key, timeout = PATIENCE })
    local first
    if c then first, why = c:recv(PATIENCE) end
    local accepted, reason, refused = server:result(PATIENCE)
    return c ~= nil, first or why, accepted, reason, refused
  end

  it("lets in who has the same", function()
    assert.same({ true, "in", true, nil, 0 }, { calls("a key", "a key") })
  end)

  it("keeps out who has another, at both ends", function()
    assert.same({ false, "refused", nil, "timeout", 1 }, { calls("a key", "another") })
    assert.same({ false, "refused", nil, "timeout", 1 }, { calls("a key", "a ke") })
    assert.same({ false, "refused", nil, "timeout", 1 }, { calls(nil, "a key") })
  end)

  it("keeps out who has none, as the first recv says", function()
    assert.same({ true, "refused", nil, "timeout", 1 }, { calls("a key", nil) })
  end)

  it("is not proved by what the listener itself says", function()
    local l = ipc.listen(HERE, { key = "k" })
    -- says that it has a key, and echoes all that comes: the listener's hello, and would-be proofs
    local hello = HELLO:gsub("\1\0\0", "\1\0\1", 1):gsub(".", function(c) return ("\\%03o"):format(c:byte()) end)
    local peer = io.popen(("bash -c 'exec 3<>/dev/tcp/127.0.0.1/%s; printf \"%s\" >&3; exec cat <&3 >&3' 2>/dev/null")
      :format(l.address:match("%d+$"), hello), "w")
    refuse(l, 1)
    l:close()
    peer:close()
  end)

  it("is waited for no longer than the timeout", function()
    local l = ipc.listen(HERE, { key = "k" })
    assert.same({ nil, "timeout" }, { ipc.connect(l.address, { key = "k", timeout = 0.05 }) })
    assert.same({ nil, "timeout" }, { ipc.connect(l.address, { key = "k", timeout = 0 }) })
    raises("connect: the timeout must be a number", ipc.connect, l.address, { timeout = "x" })
    raises("connect: foo: this is no address", ipc.connect, "foo")
  end)
end)
