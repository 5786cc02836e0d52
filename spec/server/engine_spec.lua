-- tidelock engine: start, status, stop, check, install, acl; and ls, rm, ps, top of a server's address.
local shell = dofile "spec/support/shell.lua"
local engine = dofile "spec/support/engine.lua"

local function folder()
  local path = os.tmpname()
  os.remove(path)
  return path
end

local function run(words) return shell.run(shell.tidelock .. " " .. words) end

if engine.missing then
  describe("the command engine", function() it("finds a server", function() pending(engine.missing) end) end)
  return
end

describe("an engine", function()
  local here

  before_each(function() here = folder() end)
  after_each(function()
    run("engine stop --dir " .. here)
    os.execute("rm -rf " .. here)
  end)

  local function address() return (run("engine status --dir " .. here)):match "TIDELOCK_ENGINE=(%S+)" end

  it("is told of in words of a shell, also where its folder has blanks", function()
    local blank = here .. "/a b"
    local quoted = "'" .. blank .. "'"
    local out = run("engine start --dir " .. quoted)
    assert.truthy(out:find("tidelock engine stop --dir " .. quoted, 1, true), out)
    for line in out:gmatch "export [^\n]+" do
      local said, err = shell.run(("%s && %s -e %s"):format(line, shell.tidelock,
        [["print(require 'tidelock'.open 'kitchen'.queue 'q':put(1))"]]))
      assert.equal("true\n", said, err)
    end
    assert.equal(0, select(3, run("engine stop --dir " .. quoted)))
  end)

  it("is started, told of, and stopped", function()
    local out, err, status = run("engine start --dir " .. here)
    assert.equal("", err)
    assert.equal(0, status)
    assert.truthy(out:find("data in " .. here, 1, true))
    assert.equal(out, (run("engine status --dir " .. here)))
    assert.equal(0, select(3, run("engine stop --dir " .. here)))
    out, err, status = run("engine status --dir " .. here)
    assert.equal("", err)
    assert.truthy(out:find "^no engine runs in ")
    assert.equal(1, status)
    assert.equal(1, select(3, run("engine stop --dir " .. here)))
  end)

  it("keeps its spaces while it is stopped, and its address", function()
    run("engine start --dir " .. here)
    local before = address()
    local use = 'local q = require "tidelock".open "kitchen".queue "orders" '
    shell.script(use .. "q:put(7)", "TIDELOCK_ENGINE=" .. before)
    run("engine stop --dir " .. here)
    run("engine start --dir " .. here)
    assert.equal(before, address())
    assert.equal("7\n", (shell.script(use .. "print(q:try_get())", "TIDELOCK_ENGINE=" .. before)))
  end)

  it("is not started twice in one folder", function()
    run("engine start --dir " .. here)
    local _, err, status = run("engine start --dir " .. here)
    assert.truthy(err:find("it runs already, in " .. here, 1, true))
    assert.equal(2, status)
  end)

  it("lets nobody in without its password, and no other user into its folder", function()
    run("engine start --dir " .. here)
    local bare = "redis+unix:" .. here .. "/socket"
    local _, err, status = run("engine check " .. bare)
    assert.truthy(err:find "NOAUTH")
    assert.not_equal(0, status)
    assert.equal("700\n", (shell.run("stat -c %a " .. here)))
    assert.equal("600\n600\n", (shell.run(("stat -c %%a %s/password %s/engine.conf"):format(here, here))))
    local without = (run("engine status --dir " .. here)):match "TIDELOCK_ENGINE=(%S+ TIDELOCK_PASSWORD_FILE=%S+)"
    local use = 'print(require "tidelock".open("kitchen").queue("q"):put(1))'
    assert.equal("true\n", (shell.script(use, "TIDELOCK_ENGINE=" .. without)))
  end)

  it("has settings that lose nothing, and the library", function()
    run("engine start --dir " .. here)
    local out, err, status = run("engine check " .. address())
    assert.equal("", err)
    assert.truthy(out:find "all is well")
    assert.equal(0, status)
  end)

  it("says why it does not start", function()
    local _, err, status = run("engine start --server /bin/false --dir " .. here)
    assert.truthy(err:find "engine start")
    assert.equal(2, status)
    _, err = run("engine start --server no-such-server --dir " .. here)
    assert.truthy(err:find("no-such-server: there is no such program", 1, true))
    _, err = run("engine start --dir /" .. ("x"):rep(120))
    assert.truthy(err:find "a socket's path has at most 107 bytes")
  end)

  it("is the server that TIDELOCK_SERVER names, where --server names none", function()
    local with = ("TIDELOCK_SERVER=%s/redis-server "):format(here)
    os.execute("mkdir " .. here)
    local _, err, status = shell.run(with .. shell.tidelock .. " engine start --dir " .. here)
    assert.truthy(err:find("/redis-server, which TIDELOCK_SERVER names: there is no such program", 1, true), err)
    assert.equal(2, status)
    local program = engine.program:find "/" and engine.program or shell.run("command -v " .. engine.program):sub(1, -2)
    os.execute(("ln -s %s %s/redis-server"):format(program, here))
    _, err, status = shell.run(with .. shell.tidelock .. " engine start --dir " .. here)
    assert.equal("", err)
    assert.equal(0, status)
    _, err = shell.run(with .. shell.tidelock .. " engine start --server no-such-server --dir " .. here .. "/b")
    assert.truthy(err:find("no-such-server: there is no such program", 1, true), err)
  end)

  it("says at once that its port is another's", function()
    local first = folder()
    local port = 20000 + os.time() % 20000
    run(("engine start --port %d --bind 127.0.0.1 --dir %s"):format(port, first))
    local _, err, status = run(("engine start --port %d --bind 127.0.0.1 --dir %s"):format(port, here))
    run("engine stop --dir " .. first)
    os.execute("rm -rf " .. first)
    assert.truthy(err:find("the server has ended; the end of " .. here, 1, true), err)
    assert.truthy(err:find "Address already in use", err)
    assert.equal(2, status)
  end)

  it("has an address for other machines where it has a port", function()
    local port = 20000 + os.time() % 20000
    local out, err = run(("engine start --port %d --bind 127.0.0.1 --dir %s"):format(port, here))
    local far = out:match 'name = "(redis://[^"]+)/kitchen"'
    assert.truthy(far, err)
    assert.truthy(far:find(("@127.0.0.1:%d"):format(port), 1, true))
    assert.equal("true\n", (shell.script(('print(require "tidelock".open(%q).queue("q"):put(1))'):format(far .. "/k"))))
  end)
end)

describe("engine check", function()
  it("finds what loses data", function()
    local server = engine.start{ appendonly = "no", timeout = "30", ["tcp-keepalive"] = "0" }
    local out, _, status = run("engine check redis+unix:" .. server.socket)
    assert.equal(1, status)
    for _, what in ipairs{ "appendonly is off", "timeout is 30", "tcp%-keepalive is 0", "library is not installed" } do
      assert.truthy(out:find(what), what .. ": " .. out)
    end
    server:cli("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    server:cli("CONFIG", "SET", "appendonly", "yes")
    out = run("engine check redis+unix:" .. server.socket)
    assert.truthy(out:find "maxmemory%-policy is allkeys%-lru")
    assert.is_nil(out:find "appendonly")
    server:kill() -- it ignores SIGTERM while it writes its first append-only file
  end)
end)

describe("engine acl", function()
  it("gives a user one space and nothing else", function()
    local server = engine.start()
    run("engine install redis+unix:" .. server.socket)
    local rules = (run("engine acl kitchen chef")):match "ACL SETUSER[^\n]*"
    local words = {}
    for word in rules:gmatch "%S+" do words[#words + 1] = word end
    assert.equal("OK", server:cli(table.unpack(words)))
    local password = rules:match ">(%x+)"
    local use = [[
      local ipc = require "tidelock"
      local s = ipc.open "redis+unix://chef:%s@%s/%s"
      local q, l, t = s.queue "q", s.lock "l", s.table "t"
      l:with(function() q:put(("x"):rep(100000)) t.n = 1 end)
      print(#q:get(), t:add("n", 2), s.value("v", 1):add(1), s.barrier("b", 1):wait(), #s:list())
    ]]
    local out, err = shell.script(use:format(password, server.socket, "kitchen"))
    assert.equal("100000\t3\t2\t1\t5\n", out, err)
    out, err = shell.script(use:format(password, server.socket, "cellar"))
    assert.equal("", out)
    assert.truthy(err:find "NOPERM", err)
    assert.is_nil(err:find(password, 1, true))
    local chef = ("redis+unix://chef:%s@%s"):format(password, server.socket)
    assert.matches("\n0 tasks\n5 objects\n", (run("top --once " .. chef .. "/kitchen")))
    for _, command in ipairs{ "ls ", "engine check ", "engine install " } do
      assert.matches("NOPERM .*rights of the whole server", (select(2, run(command .. chef))), command)
    end
    assert.matches("NOPERM .*tidelock engine acl SPACE USER", (select(2, run("ls " .. chef .. "/cellar"))))
    server:stop()
  end)

  it("names the commands that the engine calls", function()
    local rights = dofile "bindings/server/rights.lua"
    local may, arguments = {}, { NX = true, LIMIT = true, WITHSCORES = true, WITHVALUES = true }
    for name in rights:gmatch "%+(%l+)" do may[name] = true end
    local found = 0
    local pipe = io.popen [[cat bindings/engine/*.lua]]
    for name in pipe:read("a"):gmatch '"(%u%u+)"' do
      found = found + 1
      if not arguments[name] then assert.is_true(may[name:lower()], name) end
    end
    pipe:close()
    assert.is_true(found > 100)
  end)
end)

describe("a space on a server", function()
  it("is listed, looked at, and removed by its address", function()
    local server = engine.start()
    local address = server:address "kitchen"
    local out, err, status = shell.script(([[
      local ipc = require "tidelock"
      local s = ipc.open %q
      local lock, orders, here = s.lock "till", s.queue("orders", 4), ipc.event()
      orders:put(1)
      local chef = ipc.process{ name = "chef", target = function() lock:acquire() here:set() ipc.sleep(60) end }
      chef:start()
      here:wait()
      local eater = ipc.process{ name = "eater", target = function() lock:acquire() end }
      eater:start()
      while not tostring(lock):find "1 waiting" do ipc.sleep(0.01) end
      for _, command in ipairs{ "ls", "ps", "top --once", "top --json" } do
        io.write("== ", command, "\n")
        io.flush()
        os.execute(%q .. " " .. command .. " %s")
      end
      chef:kill()
      eater:join()
    ]]):format(address, shell.tidelock, address))
    assert.equal("", err)
    assert.equal(0, status)
    assert.truthy(out:find 'lock +till +held by chef %(pid %d+[^)]*%), 1 waiting\n')
    assert.truthy(out:find 'queue +orders +1 of 4 messages')
    assert.truthy(out:find 'eater on %S+ +%d+  waiting +%d+%.%d s  acquire lock "till"')
    assert.truthy(out:find 'chef on [^\n]*\n +holds lock "till"')
    assert.truthy(out:find '"waiters":1')
    assert.falsy(out:find "messages/s" or out:find '"messages"') -- they are not counted there
    assert.truthy((run("ls redis+unix:" .. server.socket)):find "kitchen +%d+ programs +2 objects")
    assert.equal(0, select(3, run("rm " .. address .. " orders")))
    out, err, status = run("rm " .. address .. " orders")
    assert.equal("", out)
    assert.truthy(err:find "there is no such object")
    assert.equal(1, status)
    assert.equal(0, select(3, run("rm " .. address)))
    assert.equal("", (run("ls " .. address)))
    server:stop()
  end)

  it("whose server's password file is not there is told of by that", function()
    local server = engine.start()
    local command = "env TIDELOCK_PASSWORD_FILE=/no/such/file %s ls redis+unix:%s"
    local _, err = shell.run(command:format(shell.tidelock, server.socket))
    assert.matches("/no/such/file cannot be read: No such file or directory\n$", err)
    server:stop()
  end)

  it("that nobody has opened is told of, and is not made", function()
    local server = engine.start()
    run("engine install redis+unix:" .. server.socket)
    for _, command in ipairs{ "ls", "ps", "top --once", "rm" } do
      local _, err, status = run(command .. " " .. server:address "nothing")
      assert.truthy(err:find("nothing: there is no such space", 1, true), command .. ": " .. err)
      assert.equal(1, status)
    end
    assert.equal("", (run("ls redis+unix:" .. server.socket)))
    server:stop()
  end)

  it("shows no program whose lease has run out, though nobody has called since", function()
    local server = engine.start()
    local address = server:address "kitchen"
    shell.script(([[
      local ipc = require "tidelock"
      local s = ipc.open(%q, { lease = 0.5 })
      s.queue("q"):put(1)
      os.execute("kill -9 " .. ipc.getpid())
    ]]):format(address))
    local shown
    for _ = 1, 200 do
      shown = run("ps " .. address)
      if not shown:find "main" then break end
      os.execute "sleep 0.05"
    end
    assert.is_nil(shown:find "main", shown)
    assert.truthy((run("ls redis+unix:" .. server.socket)):find "kitchen +0 programs +1 objects")
    server:stop()
  end)

  it("that cannot be reached is told of plainly", function()
    for _, command in ipairs{ "ls", "ps", "top --once", "rm" } do
      local _, err, status = run(command .. " redis+unix://chef:secret@/no/such/socket/kitchen")
      assert.is_nil(err:find("secret", 1, true), err)
      assert.truthy(err:find "/no/such/socket", command .. ": " .. err)
      assert.is_nil(err:find "stack traceback", err)
      assert.equal(1, status)
    end
  end)
end)
