-- Far spaces over TLS: certificates of an authority of this file's own, made by openssl in a folder of the specs.
local ipc = require "tidelock"
local engine = dofile "spec/support/engine.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

local function has_openssl() return (os.execute "command -v openssl >/dev/null") end

if engine.missing or not has_openssl() then
  describe("a far space over TLS", function() pending(engine.missing or "no openssl is installed") end)
  return
end

local folder = engine.folder .. "/certificates"
local first_port, count = 20000 + ipc.getpid() % 20000, 0

local function run(format, ...)
  local _, err, status = shell.run(("cd %s && " .. format):format(folder, ...))
  assert(status == 0, err)
end

local function make_authority(name)
  run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=%s -keyout %s.key "
    .. "-out %s.crt", name, name, name)
end

-- A certificate of the first authority, for these names (DNS:NAME,IP:NUMBER).
local function make_certificate(name, names, days)
  run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=%s -keyout %s.key -out %s.csr",
    name, name, name)
  run("echo subjectAltName=%s >%s.names && openssl x509 -req -in %s.csr -CA ours.crt -CAkey ours.key -CAcreateserial "
    .. "-days %d -extfile %s.names -out %s.crt", names, name, name, days or 2, name, name)
end

-- A server at a port of TLS alone: it and its address.
local function serve(certificate, options)
  count = count + 1
  local port = tostring(first_port + count)
  local settings = { bind = "127.0.0.1 -::1", ["tls-port"] = port, ["tls-auth-clients"] = "no",
    ["tls-cert-file"] = ("%s/%s.crt"):format(folder, certificate), ["tls-ca-cert-file"] = folder .. "/ours.crt",
    ["tls-key-file"] = ("%s/%s.key"):format(folder, certificate) }
  for name, value in pairs(options or {}) do settings[name] = value end
  return engine.start(settings), "127.0.0.1:" .. port, port
end

describe("a far space over TLS", function()
  local server, host, port
  local ours, theirs = folder .. "/ours.crt", folder .. "/theirs.crt"

  local function open(address, ca)
    return ipc.open{ name = address, ca = ca or ours, lease = 60 }
  end

  -- Why it is not opened.
  local function refusal(address, ca)
    local good, why = pcall(open, address, ca)
    assert.is_false(good)
    assert.truthy(why:find(address, 1, true), why)
    return why
  end

  setup(function()
    os.execute("mkdir -p " .. folder)
    make_authority "ours"
    make_authority "theirs"
    make_certificate("good", "IP:127.0.0.1,IP:::1,DNS:localhost")
    make_certificate("other", "DNS:lab.example")
    make_certificate("old", "IP:127.0.0.1", -1)
    server, host, port = serve("good", { requirepass = "secret" })
  end)

  teardown(function() server:kill() end)

  local function address(space, at) return ("rediss://:secret@%s/%s"):format(at or host, space) end

  it("is as any other, in children too", function()
    local s = open(address "work")
    local q, back, lock, sum = s.queue("q", 2), s.queue "back", s.lock "l", s.value("sum", 0)
    local BIG = ("x"):rep(200000)
    local echo = ipc.spawn(function()
      for _, n in q:items() do
        if n ~= BIG then lock:with(function() sum:add(n) end) end
        back:put(n)
      end
    end)
    for n = 1, 50 do
      lock:with(function() sum:add(n) end)
      q:put(n)
      assert.equal(n, (back:get(PATIENCE)))
    end
    q:put(BIG)
    q:close()
    assert.is_true(echo:join(PATIENCE))
    assert.equal(200000, #back:get(PATIENCE))
    assert.equal(2 * 1275, sum:get())
    assert.equal("rediss://" .. host .. "/work", tostring(s):match "rediss://[^%s\"]+")
  end)

  it("is found by name, by number and by IPv6", function()
    local v = open(address "names").value("v", 7)
    assert.equal(7, v:get())
    for _, at in ipairs{ "localhost:" .. port, "[::1]:" .. port } do
      assert.equal(7, open(address("names", at)).value "v":get())
    end
  end)

  it("is waited for, and told of by its bells, over several connections", function()
    local s = open(address "bells")
    local near, e = ipc.queue(), s.event "e"
    local p = ipc.spawn(function()
      ipc.wait{ near, e }
      return e:is_set()
    end)
    e:set()
    assert.is_true(p:result(PATIENCE))
  end)

  it("goes on where its server was away", function()
    local own, at = serve("good", { appendonly = "yes", appendfsync = "always" })
    local q = open("rediss://" .. at .. "/away").queue "q"
    local p = ipc.spawn(function() return q:get(PATIENCE) end)
    local deadline = ipc.now() + PATIENCE
    while not tostring(q):find("1 getting", 1, true) do assert(ipc.now() < deadline) end
    own:kill()
    own:start()
    q:put "here again"
    assert.equal("here again", p:result(PATIENCE))
    own:stop()
  end)

  it("is refused by another authority's word, and says how one is named", function()
    local plain = "rediss://" .. host .. "/refused"
    local why = refusal(plain, theirs)
    assert.matches("its certificate is refused: ", why)
    assert.truthy(why:find("SSL_CERT_FILE", 1, true) and why:find("ca = ", 1, true), why)
  end)

  it("is refused under a name that the certificate does not have", function()
    local own, at = serve "other"
    for _, name in ipairs{ at, (at:gsub("127.0.0.1", "localhost")) } do
      local why = refusal("rediss://" .. name .. "/named")
      assert.matches("its certificate is refused: .* mismatch", why)
      assert.matches("is of another host", why)
    end
    own:stop()
  end)

  it("is refused when the certificate's time is over", function()
    local own, at = serve "old"
    assert.matches("its certificate is refused: certificate has expired", refusal("rediss://" .. at .. "/old"))
    own:stop()
  end)

  it("is refused where the file of authorities is none", function()
    assert.matches("authorities", refusal("rediss://" .. host .. "/file", folder .. "/missing.crt"))
    assert.truthy(refusal("rediss://" .. host .. "/file", folder .. "/missing.crt"):find("missing.crt", 1, true))
    assert.matches("authorities", refusal("rediss://" .. host .. "/file", folder .. "/ours.key"))
  end)

  it("is told that a certificate of its own is wanted", function()
    local own, at = serve("good", { ["tls-auth-clients"] = "yes" })
    assert.matches("wants a certificate of its clients", refusal("rediss://" .. at .. "/clients"))
    own:stop()
  end)

  it("is told where it is asked without TLS", function()
    assert.matches("an address begins with rediss://", refusal("redis://" .. host .. "/plain"))
    local _, err, status = shell.run(("%s ls redis://%s"):format(shell.tidelock, host))
    assert.equal(1, status)
    assert.matches("an address begins with rediss://", err)
  end)

  it("is of a password that is wrong", function()
    local why = refusal(("rediss://%s/password"):format(host))
    assert.matches("it wants a password", why)
    local good, text = pcall(open, ("rediss://:wrong@%s/password"):format(host))
    assert.is_false(good)
    assert.matches("password is wrong", text)
    assert.is_nil(text:find(":wrong", 1, true))
  end)

  it("is there for the commands by the authorities that SSL_CERT_FILE names", function()
    open(address "commands").queue "orders":put(1)
    local password = folder .. "/password"
    run("echo secret >password && chmod 600 password")
    local command = ("%s ls rediss://%s/commands"):format(shell.tidelock, host)
    local _, err, status = shell.run(("TIDELOCK_PASSWORD_FILE=%s %s"):format(password, command))
    assert.equal(1, status)
    assert.matches("SSL_CERT_FILE", err)
    local out
    out, err, status = shell.run(("TIDELOCK_PASSWORD_FILE=%s SSL_CERT_FILE=%s %s"):format(password, ours, command))
    assert.equal(0, status, err)
    assert.matches("queue%s+orders", out)
  end)

  it("does not hang where its server does", function()
    local own, at = serve "good"
    local q = open("rediss://" .. at .. "/hangs").queue "q"
    own:signal "STOP"
    assert.same({ nil, "timeout" }, { q:get(0.1) })
    local _, err, status = shell.run(("SSL_CERT_FILE=%s %s ls rediss://%s"):format(ours, shell.tidelock, at))
    assert.equal(1, status)
    assert.matches("does not answer", err)
    own:signal "CONT"
    q:put "well"
    assert.equal("well", q:get(PATIENCE))
    own:stop()
  end)
end)
