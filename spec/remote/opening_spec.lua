-- Who is let in, and which servers and addresses are refused, before anything is asked of them.
local ipc = require "tidelock"
local engine = dofile "spec/support/engine.lua"

if engine.missing then
  describe("ipc.open of an address", function() pending(engine.missing) end)
  return
end

local SECRET = "p@ss/w:rd%"
local CODED = "p%40ss%2Fw%3Ard%25"

-- What ipc.open says of it.
local function refusal(address, options)
  local good, why = pcall(ipc.open, address, options)
  assert.is_false(good)
  assert.is_nil(why:find(SECRET, 1, true), why)
  assert.is_nil(why:find(CODED, 1, true), why)
  return why
end

local function refuses(pattern, address, options)
  local why = refusal(address, options)
  assert.truthy(why:find(pattern, 1, true), why)
end

-- A free port, for a moment.
local function free_port()
  local listener = ipc.listen "tcp:127.0.0.1:0"
  local port = listener.address:match ":(%d+)$"
  listener:close()
  return port
end

local function run(command) assert(os.execute("{ " .. command .. "; } >/dev/null 2>&1"), command) end

describe("an address", function()
  it("that makes no sense is refused, and says how one is written", function()
    refuses("the space's name comes last", "redis://lab/")
    refuses("the space's name comes last", "redis://lab/no such")
    refuses("the host is missing", "redis:///kitchen")
    refuses("the port is a number", "redis://lab:70000/kitchen")
    refuses("write redis://", "mysql://lab/kitchen")
    refuses("the path of a socket is written in full", "redis+unix:kitchen")
    refuses("%XX", "redis://me:" .. CODED .. "%zz@lab/kitchen")
  end)

  it("is completed by TIDELOCK_ENGINE, where it is a plain name", function()
    local script = os.tmpname()
    local file = assert(io.open(script, "w"))
    file:write [[local ipc = require "tidelock"
      local s = ipc.open "engine-spec"
      s.queue "q":put(7)
      print(s, s.queue "q":get())]]
    file:close()
    local pipe = io.popen(("TIDELOCK_ENGINE='redis+unix:%s' %s %s 2>&1"):format(engine.shared().socket,
      os.getenv "TIDELOCK" or "./tidelock", script))
    local text = pipe:read "a"
    pipe:close()
    os.remove(script)
    assert.truthy(text:find("engine-spec", 1, true) and text:find(engine.shared().socket, 1, true)
      and text:find("\t7", 1, true), text)
  end)

  it("is refused in a simulation, with the way out", function()
    local pipe = io.popen(([[%s --sim=1 -e 'require "tidelock".open "redis://lab/kitchen"' 2>&1]]):format(
      os.getenv "TIDELOCK" or "./tidelock"))
    local text = pipe:read "a"
    pipe:close()
    assert.truthy(text:find("a simulation knows no other machine", 1, true), text)
  end)
end)

describe("a password", function()
  it("is percent-decoded, and never shown", function()
    local server = engine.start{ requirepass = '"' .. SECRET .. '"' }
    local function at(user) return ("redis+unix://%s@%s/kitchen"):format(user, server.socket) end
    local s = ipc.open(at("default:" .. CODED))
    assert.is_true(s.lock "l":acquire())
    assert.is_nil(tostring(s):find(SECRET, 1, true))
    assert.is_nil(tostring(s.lock "l"):find(CODED, 1, true))
    refuses("user or password is wrong", at "default:wrong")
    refuses("NOAUTH", ("redis+unix:%s/kitchen"):format(server.socket))
    server:stop()
  end)

  it("does not go over a network for all to read", function()
    refuses("a password would go over the network for all to read: use rediss://, or say insecure = true",
      "redis://me:" .. CODED .. "@192.0.2.1/kitchen")
  end)
end)

describe("a user", function()
  it("who may not load the library is told what to ask for", function()
    local server = engine.start()
    server:cli("ACL", "SETUSER", "pupil", "on", ">pw", "~tl:{kitchen}:*", "+@all", "-@admin", "-function")
    refuses("tidelock engine install", ("redis+unix://pupil:pw@%s/kitchen"):format(server.socket))
    ipc.open(server:address "kitchen") -- by one who may
    assert.is_true(ipc.open(("redis+unix://pupil:pw@%s/kitchen"):format(server.socket)).lock "l":acquire(0))
    refuses("NOPERM", ("redis+unix://pupil:pw@%s/office"):format(server.socket))
    server:stop()
  end)
end)

describe("a server", function()
  it("that would lose what is in a space is refused", function()
    local evicting = engine.start{ ["maxmemory-policy"] = "allkeys-lru" }
    refuses("maxmemory-policy allkeys-lru", evicting:address "kitchen")
    evicting:stop()
    local replica = engine.start{ replicaof = "127.0.0.1 1" }
    refuses("a replica", replica:address "kitchen")
    replica:stop()
  end)

  it("that is not there is told so", function()
    refuses("cannot be opened", "redis+unix:/nonexistent/socket/kitchen")
    refuses("cannot be opened", ("redis://127.0.0.1:%s/kitchen"):format(free_port()))
  end)
end)

describe("TLS", function()
  local folder = engine.folder .. "/tls"
  local function make_certificates()
    run("mkdir -p " .. folder)
    run(("cd %s && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ca.key -out ca.pem -subj /CN=ca && "
      .. "openssl req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=lab && "
      .. "printf 'subjectAltName=IP:127.0.0.1' >names && "
      .. "openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names "
      .. "-out certificate.pem"):format(folder))
  end

  it("carries the objects, where the certificate is the host's, by an authority that is known", function()
    make_certificates()
    local port = free_port()
    local server = engine.start{ ["tls-port"] = port, ["tls-cert-file"] = folder .. "/certificate.pem",
      ["tls-key-file"] = folder .. "/key.pem", ["tls-ca-cert-file"] = folder .. "/ca.pem", ["tls-auth-clients"] = "no",
      bind = "127.0.0.1", requirepass = '"' .. SECRET .. '"' }
    local address = ("rediss://:%s@127.0.0.1:%s/kitchen"):format(CODED, port)
    refuses("its certificate is refused", address)
    refuses("its certificate is refused", (address:gsub("127%.0%.0%.1", "localhost")), { ca = folder .. "/ca.pem" })
    local s = ipc.open(address, { ca = folder .. "/ca.pem" })
    local q = s.queue "q"
    local p = ipc.spawn(function() return #q:get() end)
    q:put(("x"):rep(300000))
    assert.equal(300000, p:result(20))
    server:stop()
  end)
end)
