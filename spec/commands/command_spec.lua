-- ipc.command: programs without a shell.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local files = dofile "spec/support/files.lua"
local raised = dofile "spec/support/raised.lua"
local sh = dofile "spec/support/sh.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20
local MEGABYTE = ("0123456789abcdef"):rep(65536)

-- What making a command of these options raises.
local function refused(options)
  return raised(function() return ipc.command(options) end)
end

describe("a command", function()
  it("starts, ends, and says how", function()
    local c = ipc.command{ "cat", name = "copy" }
    assert.equal("copy", c.name)
    assert.equal(("command \"copy\": running, pid %d"):format(c.pid), tostring(c))
    assert.is_true(c:is_alive())
    assert.is_nil(c.exitcode)
    assert.same({ nil, "timeout" }, { c:join(0) })
    assert.same({ nil, "timeout" }, { c:join(0.01) })
    assert.is_true(c:join())
    assert.is_true(c:join(0))
    assert.equal(0, c.exitcode)
    assert.is_false(c:is_alive())
    assert.equal(("command \"copy\": ended, pid %d, exit code 0"):format(c.pid), tostring(c))
  end)

  it("takes its arguments as they are, by position too", function()
    assert.same({ "a b|$HOME|*|7|", "" }, { ipc.command("printf", "%s|", "a b", "$HOME", "*", 7):result(PATIENCE) })
  end)

  it("gives its output as a result, or why there is none", function()
    assert.same({ "out\n", "err\n" }, { sh("echo out; echo err >&2"):result(PATIENCE) })
    assert.same({ nil, "exited with status 3: no luck" }, { sh("echo no luck >&2; exit 3"):result(PATIENCE) })
    assert.same({ nil, "exited with status 1" }, { ipc.command("false"):result(PATIENCE) })
    local c = sh("kill -9 $$")
    assert.same({ nil, "killed by signal 9 (Killed)" }, { c:result(PATIENCE) })
    assert.equal(-9, c.exitcode)
    c = sh("echo kept")
    assert.same({ "kept\n", "" }, { c:result(PATIENCE) })
    assert.same({ "kept\n", "" }, { c:result() })
    assert.equal("kept", c.stdout:read())
    c = ipc.command("sleep", 100)
    assert.same({ nil, "timeout" }, { c:result(0.01) })
    c:kill()
  end)

  it("gives its output as a result, however much it is", function()
    local size = 80 << 20 -- more than is kept for later
    local c = ipc.command("head", "-c", size, "/dev/zero")
    assert.same({ nil, "timeout" }, { c:join(0.01) })
    assert.equal(size, #assert(c:result(PATIENCE)))
  end)

  it("is signalled, stopped, and goes on", function()
    local c = ipc.command("sleep", 100)
    assert.is_true(c:suspend())
    assert.equal("T", shell.state(c.pid))
    assert.is_true(c:is_alive())
    assert.is_true(c:resume())
    assert.is_true(c:signal(10))
    assert.is_true(c:join(PATIENCE))
    assert.equal(-10, c.exitcode)
    assert.is_true(c:terminate())
    assert.is_true(c:kill())
    assert.equal("command \"sleep\": signal: has ended; ask is_alive first", raised(function() c:signal(10) end))
    assert.equal("command \"sleep\": suspend: has ended; ask is_alive first", raised(function() c:suspend() end))
    assert.equal("command \"sleep\": signal: the signal must be an integer from 0 to 64, not 65",
      raised(function() c:signal(65) end))
    c = ipc.command("sleep", 100)
    assert.is_true(c:terminate())
    assert.is_true(c:join(PATIENCE))
    assert.equal(-15, c.exitcode)
  end)

  it("that cannot start raises, and says what is to blame", function()
    assert.equal("cannot start \"no-such-program\": No such file or directory", refused{ "no-such-program" })
    assert.equal("cannot start \"/etc/passwd\": Permission denied", refused{ "/etc/passwd" })
    assert.equal("cannot start \"ls\" in \"/no/folder\": No such file or directory",
      refused{ "ls", cwd = "/no/folder" })
    assert.equal("cannot start \"ls\" in \"/etc/passwd\": Not a directory", refused{ "ls", cwd = "/etc/passwd" })
    local path = files.write(os.tmpname(), "echo no program, and no shell reads it\n")
    os.execute("chmod +x " .. path)
    assert.equal(("cannot start %q: Exec format error"):format(path), refused{ path })
    files.write(path, "#!/no/interpreter\n")
    assert.equal(("cannot start %q: the interpreter that it names is missing"):format(path), refused{ path })
    os.remove(path)
  end)

  it("refuses what is no option, and no text", function()
    assert.equal("command: unknown option \"shell\"; there are: stdin, stdout, stderr, env, cwd, name, group",
      refused{ "ls", shell = true })
    assert.equal("command: unknown option \"7\"; there are: stdin, stdout, stderr, env, cwd, name, group",
      refused{ "ls", [7] = "far" })
    assert.equal("command: the program is expected first, such as ipc.command{ \"sort\", \"-r\" }", refused{})
    assert.equal("command: the program must be a string, not a boolean", refused{ true })
    assert.equal("command: argument 1 must be a string, not a table", refused{ "ls", {} })
    assert.equal("command: argument 1 holds a zero byte", refused{ "ls", "a\0b" })
    assert.equal("command: cwd must be a string, not a table", refused{ "ls", cwd = {} })
    assert.equal("command: the name must be a string, not a table", refused{ "ls", name = {} })
    assert.equal("command: env must be a table of names and values, not a string", refused{ "ls", env = "A=1" })
    assert.equal("command: env.A must be a string, not a boolean", refused{ "ls", env = { A = true } })
    assert.equal("command: env: the names must be strings, not a number", refused{ "ls", env = { "A=1" } })
    assert.equal("command: env: the name \"A=\" holds a =", refused{ "ls", env = { ["A="] = "1" } })
    local kinds = " must be \"pipe\", \"inherit\", \"null\", "
    assert.equal("command: stdin" .. kinds .. "a file or a stream of another command, not \"stdout\"",
      refused{ "ls", stdin = "stdout" })
    assert.equal("command: stderr" .. kinds .. "\"stdout\", a file or a stream of another command, not a table",
      refused{ "ls", stderr = {} })
  end)

  it("lives with an environment that finalizers change while it is read", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      collectgarbage("setpause", 100)
      collectgarbage("setstepmul", 10000)
      for _ = 1, 3 do
        local env = {}
        for n = 1, 4000 do env["k" .. n] = ("v"):rep(400) end
        for n = 1, 2000 do env["k" .. n] = nil end -- their places stay
        collectgarbage()
        setmetatable({}, { __gc = function()
          for n = 1, 2000 do env["k" .. n] = "back" end
        end })
        local ok, why = pcall(ipc.command, { "true", env = env })
        assert(ok or why:find("command: env: a finalizer changed it", 1, true), why)
        if ok then why:join() end
      end
    ]])
    assert.same({ "", "", 0 }, { out, err, status })
  end)

  it("that ends is told of, though SIGCHLD was ignored before", function()
    local out = shell.run("env --ignore-signal=CHLD " .. shell.tidelock ..
      " -e 'local c = require(\"tidelock\").command{ \"false\" } c:join() print(c.exitcode)'")
    assert.equal("1\n", out)
  end)

  it("takes its environment, its folder and nothing else", function()
    assert.same({ "A=1\n", "" }, { ipc.command{ "env", env = { A = 1 } }:result(PATIENCE) })
    assert.same({ "", "" }, { ipc.command{ "env", env = {} }:result(PATIENCE) })
    assert.same({ "/usr\n", "" }, { ipc.command{ "pwd", cwd = "/usr" }:result(PATIENCE) })
    local file = assert(io.open("/dev/null")) -- has no close-on-exec flag
    assert.equal("0\n1\n2\n3\n", (ipc.command{ "ls", "/proc/self/fd" }:result(PATIENCE))) -- 3: the folder itself
    file:close()
  end)

  it("starts with default handlers, and no signal blocked", function()
    local out = assert(ipc.command{ "cat", "/proc/self/status" }:result(PATIENCE))
    assert.equal(0, tonumber(out:match("SigBlk:%s*(%x+)"), 16))
    assert.equal(0, tonumber(out:match("SigCgt:%s*(%x+)"), 16))
  end)

  it("has no field but its own", function()
    local c = ipc.command("true")
    assert.truthy(raised(function() return c.code end):find(
      "^command \"true\": there is no field or method \"code\"; there are: join, "))
    assert.equal("command \"true\": the field \"pid\" cannot be set", raised(function() c.pid = 1 end))
    assert.equal("stdin of command \"true\"", tostring(c.stdin))
    assert.equal("stdin of command \"true\": the field \"x\" cannot be set", raised(function() c.stdin.x = 1 end))
  end)

  it("does not travel, and is no other process's", function()
    local q, c = ipc.queue{ name = "orders" }, ipc.command("cat")
    assert.truthy(raised(function() q:put{ c = c } end):find(
      "put: cannot send value.c: a userdata (command) cannot leave its process", 1, true))
    assert.truthy(raised(function() q:put{ c.stdin } end):find(
      "put: cannot send value[1]: a userdata (stream) cannot leave its process", 1, true))
    local function elsewhere(fn)
      return (ipc.spawn(function() return raised(fn) end):result(PATIENCE))
    end
    local whose = "a command belongs to the process that made it; make one here"
    assert.equal("command \"cat\": join: " .. whose, elsewhere(function() c:join() end))
    assert.equal("command \"cat\": pid: " .. whose, elsewhere(function() return c.pid end))
    assert.equal("command \"cat\": kill: " .. whose, elsewhere(function() c:kill() end))
    assert.equal("command \"cat\": stdin: write: " .. whose, elsewhere(function() c.stdin:write("x") end))
    assert.equal("command \"cat\": communicate: " .. whose, elsewhere(function() c:communicate("x") end))
    assert.same({ "mine", "" }, { c:communicate("mine", PATIENCE) })
  end)
end)

describe("a stream", function()
  it("is read by lines, by bytes, and to its end", function()
    local c = ipc.command{ "printf", "one\ntwo\n\nfour five\nend" }
    local out = c.stdout
    assert.equal(out, c.stdout)
    assert.equal("one", out:read())
    assert.equal("two\n", out:read("L"))
    assert.equal("", out:read("l", PATIENCE))
    assert.equal("four ", out:read(5))
    assert.equal("", out:read(0))
    assert.equal("five", out:read("*l"))
    assert.equal("end", out:read("l"))
    assert.same({ nil, "closed" }, { out:read("l") })
    assert.same({ nil, "closed" }, { out:read(1) })
    assert.equal("", out:read("a"))
    c = ipc.command{ "printf", "one\ntwo\nend" }
    local lines = {}
    for line in c.stdout:lines() do lines[#lines + 1] = line end
    assert.same({ "one", "two", "end" }, lines)
    assert.equal("three bytes are less", ipc.command{ "printf", "three bytes are less" }.stdout:read(1000))
  end)

  it("keeps what came when the time is over", function()
    local c = ipc.command("cat")
    assert.same({ nil, "timeout" }, { c.stdout:read("l", 0) })
    c.stdin:write("half a")
    assert.same({ nil, "timeout" }, { c.stdout:read("l", 0.02) })
    assert.same({ nil, "timeout" }, { c.stdout:read("a", 0.02) })
    assert.same({ nil, "timeout" }, { c.stdout:read(100, 0.02) })
    c.stdin:write(" line\n")
    assert.equal("half a line", c.stdout:read("l", PATIENCE))
    c.stdin:close()
    assert.same({ nil, "closed" }, { c.stdout:read("l", PATIENCE) })
  end)

  it("says how much was written when the time is over", function()
    local c = sh("read line; echo $line; cat | wc -c")
    c:suspend()
    local ok, why, wrote = c.stdin:write(MEGABYTE, 0.02)
    assert.same({ nil, "timeout" }, { ok, why })
    assert.truthy(wrote > 0 and wrote < #MEGABYTE, wrote)
    c:resume()
    assert.is_true(c.stdin:write("\n" .. MEGABYTE))
    c.stdin:close()
    assert.equal(wrote, #c.stdout:read())
    assert.equal(#MEGABYTE, tonumber(c.stdout:read()))
  end)

  it("is closed when nobody reads it, by no signal", function()
    local c = ipc.command("true")
    c:join(PATIENCE)
    assert.same({ nil, "closed" }, { c.stdin:write("x") })
    assert.same({ nil, "closed" }, { c.stdin:write("x", 0) })
    c = sh("exec <&-; echo closed; sleep 100")
    c.stdout:read()
    assert.same({ nil, "closed" }, { c.stdin:write("x") })
    c:kill()
  end)

  it("raises once it was closed, and where it is the wrong one", function()
    local c = ipc.command("cat")
    local closed = ": was closed before; it cannot be used any more in this process"
    assert.is_true(c.stdin:close())
    assert.is_true(c.stdin:close())
    assert.equal("command \"cat\": stdin: write" .. closed, raised(function() c.stdin:write("x") end))
    c.stderr:close()
    assert.equal("command \"cat\": stderr: read" .. closed, raised(function() c.stderr:read() end))
    assert.equal("command \"cat\": stdin: read: it is written to; read from stdout or stderr",
      raised(function() c.stdin:read() end))
    assert.equal("command \"cat\": stdin: lines: it is written to; read from stdout or stderr",
      raised(function() c.stdin:lines() end))
    assert.equal("command \"cat\": stdout: write: it is read from; write to stdin",
      raised(function() c.stdout:write("x") end))
    assert.equal("command \"cat\": stdout: read: a number of bytes, \"l\", \"L\" or \"a\" is expected, not x",
      raised(function() c.stdout:read("x") end))
    c = ipc.command("cat")
    assert.equal("command \"cat\": stdin: write: a string is expected, not nil",
      raised(function() c.stdin:write() end))
    for _, wrong in ipairs{ 0 / 0, "1", true } do
      assert.truthy(raised(function() c.stdout:read("l", wrong) end):find("stdout: read: the timeout", 1, true))
      assert.truthy(raised(function() c.stdin:write("x", wrong) end):find("stdin: write: the timeout", 1, true))
      assert.truthy(raised(function() c:join(wrong) end):find("join: the timeout", 1, true))
      assert.truthy(raised(function() c:result(wrong) end):find("result: the timeout", 1, true))
      assert.truthy(raised(function() c:communicate(nil, wrong) end):find("communicate: the timeout", 1, true))
    end
  end)

  it("is closed with its command at the end of a block, where the language has that", function()
    local block = load("local c <close> = ... return c")
    if not block then return pending("Lua 5.4") end
    local c = block(ipc.command("cat"))
    assert.truthy(raised(function() c.stdin:write("x") end):find("was closed before", 1, true))
    assert.is_true(c:join(PATIENCE))
  end)

  it("outlives the script's hold of the command", function()
    local c = sh("kill -STOP $$; echo still here")
    local pid, out = c.pid, c.stdout
    c = nil -- luacheck: ignore
    collectgarbage()
    collectgarbage()
    await(function() return shell.state(pid) == "T" end)
    os.execute("kill -CONT " .. pid)
    assert.equal("still here", out:read())
  end)
end)

describe("full pipes", function()
  it("do not hold up communicate", function()
    local c = ipc.command("cat")
    local out, err = c:communicate(MEGABYTE, PATIENCE)
    assert.truthy(out == MEGABYTE and err == "")
    assert.equal(0, c.exitcode)
    local flood = "head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero; cat"
    out, err = sh(flood):communicate(MEGABYTE, PATIENCE)
    assert.same({ 1000000 + #MEGABYTE, 1000000 }, { #out, #err })
  end)

  it("do not hold up a write, a read, or a join", function()
    local c = ipc.command("cat")
    for _ = 1, 4 do assert.is_true(c.stdin:write(MEGABYTE, PATIENCE)) end
    c.stdin:close()
    assert.equal(4 * #MEGABYTE, #c.stdout:read("a", PATIENCE))
    c = sh("head -c 1000000 /dev/zero >&2; echo over")
    assert.equal("over", c.stdout:read("l", PATIENCE))
    assert.equal(1000000, #c.stderr:read("a", PATIENCE))
    c = sh("head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero")
    assert.is_true(c:join(PATIENCE))
    assert.equal(1000000, #c.stderr:read("a"))
    assert.equal(1000000, #c.stdout:read("a"))
  end)

  it("do not keep a call longer than its time", function()
    local c = ipc.command("yes")
    assert.same({ nil, "timeout" }, { c:join(0.01) })
    assert.same({ nil, "timeout" }, { c:communicate(nil, 0) })
    c:kill()
    c:join(PATIENCE)
    assert.equal(-9, c.exitcode)
  end)
end)

describe("communicate", function()
  it("loses nothing when its time is over", function()
    local script = "echo first; echo trouble >&2; cat; kill -STOP $$; echo last"
    local c, out, err = sh(script), nil, nil
    c:suspend()
    assert.same({ nil, "timeout" }, { c:communicate(MEGABYTE, 0.02) })
    c:resume()
    -- all but the last line comes before it stops
    await(function() return not c:communicate(nil, 0.01) and shell.state(c.pid) == "T" end)
    assert.same({ nil, "timeout" }, { c:communicate(nil, 0.01) })
    c:resume()
    await(function()
      out, err = c:communicate(nil, 0.01)
      return out
    end)
    assert.equal(0, c.exitcode)
    assert.truthy(out == "first\n" .. MEGABYTE .. "last\n" and err == "trouble\n")
    c = sh("echo first; kill -STOP $$; echo last")
    c.stdout:read()
    assert.same({ nil, "timeout" }, { c:communicate(nil, 0.02) })
    await(function() return shell.state(c.pid) == "T" end)
    c:resume()
    assert.equal("last", c.stdout:read("l", PATIENCE))
  end)

  it("gives a stream whole or not at all, where a finalizer closes it meanwhile", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local much = 3000000
      collectgarbage("setstepmul", 10000)
      for _ = 1, 10 do
        local c = ipc.command("sh", "-c", "head -c $0 /dev/zero; head -c $0 /dev/zero >&2", much)
        local closed
        setmetatable({}, { __gc = function()
          c.stderr:close()
          closed = true
        end })
        local _, text = c:communicate(nil, 20)
        assert(text == ("\0"):rep(much) or text == "" and closed, "torn")
      end
    ]])
    assert.same({ "", "", 0 }, { out, err, status })
  end)

  it("does without stdin, stdout, and a program that reads", function()
    assert.same({ "", "" }, { ipc.command{ "true" }:communicate(MEGABYTE, PATIENCE) })
    local c = sh("echo x", { stdin = "null", stdout = "null", stderr = "null" })
    assert.same({ "", "" }, { c:communicate(nil, PATIENCE) })
    c = ipc.command{ "cat", stdin = "null" }
    assert.is_nil(c.stdin)
    assert.equal("command \"cat\": communicate: there is input, and its stdin is not open",
      raised(function() c:communicate("x") end))
    assert.equal("command \"cat\": communicate: the input must be a string or nil, not a table",
      raised(function() c:communicate({}) end))
  end)
end)
