-- How far spaces are opened: again, by two addresses, by addresses that look like others, where a server refuses.
local ipc = require "tidelock"
local engine = dofile "spec/support/engine.lua"
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

if engine.missing then
  describe("a far space", function() pending(engine.missing) end)
  return
end

local count = 0

-- Signals this process once it has one socket more.
local CONNECTED = [[
sockets() { ls -l /proc/$pid/fd | grep -c socket: ; }
pid=%d; had=$(sockets); (until [ $(sockets) -gt $had ]; do sleep 0.01; done; kill -USR1 $pid)]]

-- A space that no other spec has: its name.
local function fresh()
  count = count + 1
  return ("opening-%d-%d"):format(ipc.getpid(), count)
end

-- What pcall(f) says at last, when it fails.
local function failure(f)
  local deadline = ipc.now() + PATIENCE
  repeat
    assert(ipc.now() < deadline, "nothing was raised")
    local good, why = pcall(f)
    if not good then return why end
    ipc.sleep(0.01)
  until false
end

local function opening(address)
  local good, why = pcall(ipc.open, address)
  assert.is_false(good)
  return why
end

describe("a far space that was lost", function()
  it("is opened again, and so are its objects", function()
    local server = engine.start()
    local address = server:address(fresh())
    local v = ipc.open(address, { lease = 2 }).value("v", 7)
    server:signal "STOP"
    ipc.sleep(2.5)
    server:signal "CONT"
    assert.truthy(failure(function() v:get() end):find("lost", 1, true))
    local again = ipc.open(address, { lease = 2 }).value "v"
    assert.equal(7, again:get())
    assert.truthy(failure(function() v:get() end):find("lost", 1, true))
    server:stop()
  end)
end)

describe("a far space", function()
  it("is of one format: another version of tidelock does not open it", function()
    local server, name = engine.start(), fresh()
    local space = "tl:{" .. name .. "}:space"
    ipc.open(server:address(name)).value "v"
    assert.equal("4", server:cli("HGET", space, "format"))
    server:cli("HSET", space, "format", "9")
    local script = files.write(os.tmpname(), ("print(pcall(require 'tidelock'.open, %q))"):format(server:address(name)))
    local pipe = io.popen(("%s %s"):format(os.getenv "TIDELOCK", script))
    local said = pipe:read "a"
    pipe:close()
    os.remove(script)
    assert.truthy(said:find("another version of tidelock (format 9; this one's is 4): end its programs", 1, true), said)
    server:stop()
  end)

  it("is one session, however its server is called", function()
    local server, name = engine.shared(), fresh()
    local other = server.folder .. "/other"
    os.execute(("ln -sf %s %s"):format(server.socket, other))
    local s = ipc.open(server:address(name))
    assert.equal(s, ipc.open(("redis+unix:%s/%s"):format(other, name)))
    assert.equal(1, #s:members())
  end)

  it("is at an address that is read to its end", function()
    assert.truthy(opening "redis://127.0.0.1:1kitchen":find("makes no sense: the port", 1, true))
    assert.truthy(opening "redis://[::1]kitchen":find("makes no sense: an IPv6 address", 1, true))
    assert.truthy(opening "redis://::1/kitchen":find("an IPv6 address stands in brackets", 1, true))
    assert.truthy(opening("redis+unix:" .. engine.shared().socket .. "/kitchen\0s"):find("zero byte", 1, true))
  end)

  it("sends no password to a host that only looks like this machine", function()
    local why = opening "redis://cook:secret@127.0.0.1.example.invalid:1/kitchen"
    assert.truthy(why:find("a password would go over the network", 1, true))
    assert.is_nil(why:find("secret", 1, true))
  end)

  it("is told that its server speaks no TLS", function()
    local port = 20000 + ipc.getpid() % 20000
    local server = engine.start{ port = tostring(port), bind = "127.0.0.1" }
    local address = ("rediss://127.0.0.1:%d"):format(port)
    local _, err, status = shell.run(("%s ls %s"):format(shell.tidelock, address))
    assert.truthy(err:find(address .. ": what ", 1, true), err)
    assert.truthy(err:find("TLS; without TLS an address begins with redis://", 1, true), err)
    assert.equal(1, status)
    server:stop()
  end)

  it("is not opened by a callback of an opening", function()
    local server = engine.start()
    local address, told = server:address(fresh()), nil
    ipc.on_signal("SIGUSR1", function()
      told = told or opening(server:address(fresh()))
      server:signal "CONT"
    end)
    server:signal "STOP"
    os.execute((CONNECTED .. " &"):format(ipc.getpid()))
    local s = ipc.open(address)
    ipc.on_signal("SIGUSR1", nil)
    assert.truthy(told and told:find("a callback cannot open it", 1, true))
    assert.equal(1, #s:members())
    server:stop()
  end)
end)

describe("what opens no space", function()
  local REASONS = {
    ["redis+unix:/no/such/socket/kitchen"] = "No such file or directory .*does the server run%?",
    ["redis://127.0.0.1:1/kitchen"] = "Connection refused .*does the server run",
  }

  for address, reason in pairs(REASONS) do
    it("says what to look at: " .. address, function() assert.matches(reason, opening(address)) end)
  end

  it("for want of rights says who prints them", function()
    local server = engine.start()
    ipc.open(server:address "kitchen"):list()
    for rules, reason in pairs{ ["~tl:{kitchen}:* +@all -hset"] = "can't run", ["~other +@all"] = "NOPERM",
      ["~* +ping"] = "NOPERM" } do
      local words = { "ACL", "SETUSER", "chef", "reset", "on", ">secret" }
      for word in rules:gmatch "%S+" do words[#words + 1] = word end
      assert.equal("OK", server:cli(table.unpack(words)))
      local why = opening(("redis+unix://chef:secret@%s/kitchen"):format(server.socket))
      assert.matches(reason .. ".*tidelock engine acl SPACE USER prints", why)
    end
    server:stop()
  end)
end)

describe("a server that refuses", function()
  it("is heard at once, also by what expects to wait", function()
    local server = engine.start()
    local address = server:address(fresh())
    local q = ipc.open(address, { lease = 300 }).queue "q"
    for _ = 1, 3 do assert.same({ nil, "empty" }, { q:get(0.01) }) end -- it waited
    assert.equal("OK", server:cli("ACL", "SETUSER", "default", "-fcall"))
    assert.truthy(failure(function() q:get(PATIENCE) error "was not heard" end):find("NOPERM", 1, true))
    server:stop()
  end)

  it("to be silent is told of it, and asked the longer way", function()
    local server = engine.start()
    local address = server:address(fresh())
    assert.equal("OK", server:cli("ACL", "SETUSER", "default", "-client|reply"))
    local s = ipc.open(address)
    local to, back = s.queue "to", s.queue "back"
    local echo = ipc.spawn(function()
      local there = ipc.open(address)
      for n in there.queue "to":items() do there.queue "back":put(n) end
    end)
    for n = 1, 20 do
      to:put(n)
      assert.equal(n, (back:get(PATIENCE)))
    end
    to:close()
    assert.is_true(echo:join(PATIENCE))
    server:stop()
  end)

  it("is not asked without pause", function()
    local server = engine.start()
    local v = ipc.open(server:address(fresh()), { lease = 2 }).value("v", 1)
    local function connections()
      return tonumber(server:cli("INFO", "stats"):match "total_connections_received:(%d+)")
    end
    assert.equal("OK", server:cli("ACL", "SETUSER", "default", "-fcall"))
    local before = connections()
    assert.truthy(failure(function() v:get() end):find("NOPERM", 1, true))
    ipc.sleep(2)
    local asked = connections() - before
    assert.truthy(asked > 0 and asked < 100, asked)
    server:stop()
  end)
end)

-- a sanitizer's own memory is as large as that of the machine
local limits = (os.getenv "TIDELOCK" or ""):find "sanitize" and pending or it

describe("a value for which there is no memory", function()
  limits("is refused, and those after it are not", function()
    local address = engine.shared():address(fresh())
    local p = ipc.spawn(function()
      local s = ipc.open(address)
      local q = s.queue "q"
      q:put(1)
      local client = require "tidelock_remote".require "remote.client"
      local session, bytes = client.open(address), ("x"):rep(200 << 20)
      local status = io.open "/proc/self/status"
      local used = tonumber(status:read "a":match "VmSize:%s*(%d+)") * 1024
      status:close()
      os.execute(("prlimit --as=%d --pid %d"):format(used + (64 << 20), ipc.getpid()))
      pcall(session.pack, session, bytes)
      local good, why = pcall(q.put, q, 2)
      q:put(3)
      return good, why, q:get(0), q:get(0)
    end)
    local good, why, first, second = p:result(PATIENCE)
    assert.is_false(good)
    assert.truthy(why:find("not enough memory", 1, true))
    assert.same({ 1, 3 }, { first, second })
  end)
end)

describe("a password", function()
  local SECRET = "hunter-2-of-no-use"
  local server, file

  local function write(mode, text)
    files.write(file, text)
    os.execute(("chmod %s %s"):format(mode, file))
  end

  setup(function()
    server = engine.start{ requirepass = SECRET }
    file = server.folder .. "/password"
  end)
  teardown(function() server:stop() end)

  it("comes from a file, by an option or the environment", function()
    write("600", SECRET .. "\nand a line for people\n")
    local address = server:address(fresh())
    local s = ipc.open(address, { password_file = file })
    assert.is_true(s.queue("q"):put(1))
    local out, err = shell.script(('print(require "tidelock".open(%q).queue("q"):get())'):format(address),
      "TIDELOCK_PASSWORD_FILE=" .. file)
    assert.equal("1\n", out, err)
    out, err = shell.run(("TIDELOCK_PASSWORD_FILE=%s %s ls %s"):format(file, shell.tidelock, address))
    assert.truthy(out:find "queue +q", err)
  end)

  it("is asked for with the ways to give it", function()
    local why = opening(server:address(fresh()))
    assert.truthy(why:find("TIDELOCK_PASSWORD_FILE, or password_file, names a file", 1, true), why)
  end)

  it("is refused from a file that others may read, that is empty, or is none", function()
    local address = server:address(fresh())
    local function refused(path)
      local good, why = pcall(ipc.open, address, { password_file = path })
      assert.is_false(good)
      assert.truthy(why:find(address .. " cannot be opened: the password file " .. path, 1, true), why)
      assert.is_nil(why:find(SECRET, 1, true))
      return why
    end
    write("640", SECRET)
    assert.truthy(refused(file):find("can be read by others: chmod 600 it", 1, true))
    write("600", "\n")
    assert.truthy(refused(file):find("is empty", 1, true))
    write("600", SECRET:rep(100))
    assert.truthy(refused(file):find("is too long", 1, true))
    refused(server.folder)
    refused "/no/such/file"
  end)

  it("in an address is in no error and no trace, which name server and space nevertheless", function()
    local trace = server.folder .. "/trace"
    local address = server:address("traced"):gsub("^redis%+unix:", "%0//:" .. SECRET .. "@")
    local code = ('local s = require "tidelock".open(%q) s.queue("q"):put(1) print(s)'):format(address)
    local out, err = shell.script(code, nil, nil, "--trace=" .. trace)
    assert.truthy(out:find("traced", 1, true), err)
    local text = assert(io.open(trace, "rb")):read "a"
    assert.is_nil((out .. err .. text):find(SECRET, 1, true))
    for wrong, shown in pairs{
      ["redis://:%s@lab:99999/kitchen"] = "redis://...@lab:99999/kitchen makes no sense: the port",
      ["redis://chef:%s@/kitchen"] = "redis://...@/kitchen makes no sense: the host is missing",
      ["redis://:%s/kitchen"] = "redis://... makes no sense: the host is missing",
      ["redis://chef:%s@127.0.0.1:1/kitchen"] = "redis://...@127.0.0.1:1/kitchen cannot be opened: ",
    } do
      local why = opening(wrong:format(SECRET))
      assert.truthy(why:find(shown, 1, true), why)
      assert.is_nil(why:find(SECRET, 1, true), why)
    end
  end)
end)
