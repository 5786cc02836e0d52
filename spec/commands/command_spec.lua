-- ipc.command: programs without a shell.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20
local MEGABYTE = ("0123456789abcdef"):rep(65536)

-- What a call raises, without the position, which must be this file's.
local function raised(fn, ...)
  local ok, message = pcall(fn, ...)
  assert.is_false(ok)
  local text = tostring(message):match("^spec/commands/command_spec.lua:%d+: (.*)$")
  return assert(text, message)
end

-- What making a command of these options raises.
local function refused(options)
  return raised(function() return ipc.command(options) end)
end

local function sh(script, options)
  options = options or {}
  table.move({ "sh", "-c", script }, 1, 3, 1, options)
  return ipc.command(options)
end

local function until_true(fn)
  local limit = ipc.now() + PATIENCE
  while not fn() do
    assert(ipc.now() < limit, "it does not happen")
    ipc.yield()
  end
end

local function state(pid)
  local file = io.open(("/proc/%d/stat"):format(pid))
  local text = file and file:read("a")
  if file then file:close() end
  return text and text:match("^%d+ %(.*%) (%a)")
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
    assert.equal("T", state(c.pid))
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
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write("echo no program, and no shell reads it\n")
    file:close()
    os.execute("chmod +x " .. path)
    assert.equal(("cannot start %q: Exec format error"):format(path), refused{ path })
    file = assert(io.open(path, "w"))
    file:write("#!/no/interpreter\n")
    file:close()
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
    assert.equal("command: name must be a string, not a table", refused{ "ls", name = {} })
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
    until_true(function() return state(pid) == "T" end)
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
    until_true(function() return not c:communicate(nil, 0.01) and state(c.pid) == "T" end)
    assert.same({ nil, "timeout" }, { c:communicate(nil, 0.01) })
    c:resume()
    until_true(function()
      out, err = c:communicate(nil, 0.01)
      return out
    end)
    assert.equal(0, c.exitcode)
    assert.truthy(out == "first\n" .. MEGABYTE .. "last\n" and err == "trouble\n")
    c = sh("echo first; kill -STOP $$; echo last")
    c.stdout:read()
    assert.same({ nil, "timeout" }, { c:communicate(nil, 0.02) })
    until_true(function() return state(c.pid) == "T" end)
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

describe("redirection", function()
  it("builds pipelines", function()
    local first = ipc.command{ "printf", "b\nc\na\nb\n" }
    local second = ipc.command{ "sort", stdin = first.stdout }
    local third = ipc.command{ "uniq", "-c", stdin = second.stdout }
    assert.same({ "1 a", "2 b", "1 c" }, { third.stdout:read("a"):match("(1 a)\n%s*(2 b)\n%s*(1 c)") })
    assert.truthy(raised(function() first.stdout:read() end):find("was closed before", 1, true))
    local yes = ipc.command{ "yes" }
    assert.same({ "y\ny\n", "" }, { ipc.command{ "head", "-n2", stdin = yes.stdout }:result(PATIENCE) })
    assert.is_true(yes:join(PATIENCE))
    assert.equal(-13, yes.exitcode)
    local late = sh("read x; echo late")
    local reader = ipc.command{ "cat", stdin = late.stdout }
    await(function() return state(reader.pid) ~= "R" end) -- its stdin blocks
    late.stdin:close()
    assert.same({ "late\n", "" }, { reader:result(PATIENCE) })
    local cat = ipc.command("cat")
    assert.is_true(ipc.command{ "echo", "into it", stdout = cat.stdin }:join(PATIENCE))
    assert.equal("into it\n", cat.stdout:read("a", PATIENCE))
  end)

  it("refuses streams that are no good for it", function()
    local c = ipc.command("cat")
    assert.equal("command: stdin cannot be the stdin of another command", refused{ "cat", stdin = c.stdin })
    assert.equal("command: stdout cannot be the stderr of another command", refused{ "cat", stdout = c.stderr })
    c.stdin:write("one\ntwo\n")
    c.stdout:read()
    assert.equal("command: stdin: the stream has been read in part, and what was read would be missing",
      refused{ "cat", stdin = c.stdout })
    c.stdout:close()
    assert.equal("cannot start \"cat\": the stream of the other command is closed", refused{ "cat", stdin = c.stdout })
    c = ipc.command("cat")
    assert.truthy(refused{ "no-such-program", stdin = c.stdout })
    assert.same({ nil, "timeout" }, { c.stdout:read("l", 0) }) -- it is still ours, and does not block
    assert.same({ "kept", "" }, { c:communicate("kept", PATIENCE) })
  end)

  it("goes to files, to stdout and to nothing", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write("head\n")
    local c = sh("echo out; echo err >&2", { stdout = file, stderr = "stdout" })
    assert.is_nil(c.stdout)
    assert.is_nil(c.stderr)
    assert.is_true(c:join(PATIENCE))
    file:close()
    file = assert(io.open(path))
    assert.equal("head", file:read())
    assert.equal("out\nerr\n", (ipc.command{ "cat", stdin = file }:result(PATIENCE)))
    file:close()
    assert.equal("command: stdin: the file is closed", refused{ "cat", stdin = file })
    os.remove(path)
    assert.same({ "out\nerr\n", "" }, { sh("echo out; echo err >&2", { stderr = "stdout" }):communicate() })
    assert.same({ "", "" }, { ipc.command{ "cat", stdin = "null" }:result(PATIENCE) })
  end)

  it("inherits what the script has", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      io.write("first, ")
      ipc.command{ "sh", "-c", "echo out; echo err >&2", stdout = "inherit", stderr = "inherit" }:join()
      print(ipc.command{ "cat", stdin = "inherit" }:result())
    ]])
    assert.same({ "first, out\n\t\n", "err\n", 0 }, { out, err, status })
  end)

  it("works where the script's own streams are closed", function()
    local _, _, status = shell.run(shell.tidelock .. [[ -e 'local c = require "tidelock".command("cat")
      os.exit(c:communicate("x") == "x" and not pcall(require "tidelock".command, "nothing-of-this-name"))'
      <&- >&- 2>&-]])
    assert.equal(0, status)
    local copied
    copied, _, status = shell.run(shell.tidelock .. [[ -e 'local c = require "tidelock".command("cat")
      print("what nobody reads")
      io.stderr:write(c:communicate("only this"), "\n")' 2>&1 <&- >&-]])
    assert.same({ "only this\ntidelock: the standard output was lost: Bad file descriptor\n", 1 }, { copied, status })
  end)
end)

describe("nothing is left behind", function()
  it("no descriptor", function()
    -- a program of its own: what other tests have left ends when it will
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local function round()
        ipc.command("cat"):communicate(("x"):rep(1000000))
        ipc.command("true"):join()
        ipc.command{ "true", stdin = "null", stdout = "null", stderr = "stdout" }:join()
        ipc.command{ "cat", stdin = ipc.command{ "echo", "x" }.stdout }:result()
        pcall(ipc.command, "no-such-program")
        pcall(ipc.command, { "ls", cwd = "/no/folder" })
        ipc.command("sh", "-c", "exit 1").stdout:close()
      end
      local function descriptors()
        collectgarbage()
        collectgarbage()
        local pipe = io.popen("ls /proc/" .. ipc.getpid() .. "/fd")
        local list = pipe:read("a")
        pipe:close()
        return list
      end
      local before, limit = descriptors(), ipc.now() + 30
      for _ = 1, 20 do round() end
      local after
      repeat
        ipc.children()
        after = descriptors()
      until after == before or ipc.now() > limit
      print(after == before or after)
    ]])
    assert.same({ "true\n", "", 0 }, { out, err, status })
  end)

  it("no descriptor of one that runs and that nobody holds", function()
    local _, err, status = shell.run("ulimit -n 50; " .. shell.tidelock .. [[ -e 'local ipc = require "tidelock"
      for _ = 1, 100 do ipc.command("sleep", 2) end' ]])
    assert.same({ "", 0 }, { err, status })
  end)

  it("no descriptor that only garbage holds", function()
    local _, err, status = shell.run("ulimit -n 50; " .. shell.tidelock .. [[ -e 'local ipc = require "tidelock"
      for _ = 1, 100 do ipc.command("true") end' ]])
    assert.same({ "", 0 }, { err, status })
  end)

  it("no zombie, once anybody has looked", function()
    local looks = {
      function(c) return c:is_alive() end,
      function(c) return c.exitcode end,
      function(c) return c:join() end,
      function(c) return tostring(c) end,
      function() return ipc.children() end,
      function() return ipc.command("true"):join() end,
    }
    for _, look in ipairs(looks) do
      local c = ipc.command("true")
      local pid = c.pid
      until_true(function() return state(pid) == "Z" end)
      look(c)
      assert.is_nil(state(pid))
    end
    local pid = ipc.command("true").pid
    collectgarbage()
    collectgarbage()
    until_true(function()
      ipc.children()
      return not state(pid)
    end)
  end)

  it("no copy of a stream in a child that was forked meanwhile", function()
    local c, over = ipc.command("cat"), ipc.event()
    local child = ipc.spawn(function() over:wait() end)
    c.stdin:write("x")
    c.stdin:close()
    assert.equal("x", c.stdout:read("a", PATIENCE))
    over:set()
    child:join()
  end)

  it("no copy of a stream in a child that another thread forks while it starts", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local count, over = ipc.value(0), ipc.event()
      local threads = {}
      for i = 1, 3 do
        threads[i] = ipc.thread(function()
          while not over:is_set() do
            ipc.command("cat"):join()
            count:add(1)
          end
        end):start()
      end
      local children = {}
      for i = 1, 60 do children[i] = ipc.spawn(ipc.sleep, 1000) end
      local enough, limit = count:get() + 100, ipc.now() + 20
      while count:get() < enough and ipc.now() < limit do ipc.sleep(0.01) end
      assert(count:get() >= enough, "a thread waits for a child")
      over:set()
      for i = 1, 3 do threads[i]:join() end
      for i = 1, 60 do children[i]:kill() end
    ]])
    assert.same({ "", "", 0 }, { out, err, status })
  end)

  it("takes no child of others", function()
    local pipe = io.popen("exit 3")
    ipc.command("true"):join()
    ipc.children()
    assert.same({ nil, "exit", 3 }, { pipe:close() })
  end)

  it("waits for commands when the main script ends, with their streams closed", function()
    for _, ending in ipairs{ "", "os.exit(0)", "ipc.spawn(function() ipc.command(\"cat\") end)" } do
      local out, err, status = shell.script(([[
        local ipc = require "tidelock"
        -- says it once main sleeps, or is gone
        local text = "cat; while grep -q '^State:.R' /proc/$0/status; do :; done; echo over >&2"
        c = ipc.command{ "sh", "-c", text, tostring(ipc.getpid()), stderr = "inherit" }
        yes = ipc.command("yes")
        c:suspend()
        print(c.pid, yes.pid)
        %s
      ]]):format(ending))
      assert.same({ "over\n", 0 }, { err, status })
      for pid in out:gmatch("%d+") do assert.is_nil(state(pid)) end
    end
  end)

  it("ends commands whose process was killed", function()
    local pids = ipc.queue()
    local p = ipc.spawn(function()
      pids:put(ipc.command("sleep", 1000).pid)
      ipc.sleep()
    end)
    local pid = pids:get(PATIENCE)
    p:kill()
    until_true(function() return not state(pid) or state(pid) == "Z" end)
    p:join()
  end)
end)

describe("Ctrl-C", function()
  for name, call in pairs{ read = "c.stdout:read()", join = "c:join()", communicate = "c:communicate()",
    write = "c.stdin:write((\"x\"):rep(1 << 20))" } do
    it("ends a waiting " .. name, function()
      local path = os.tmpname()
      local _, err, status = shell.script(([[
        local ipc = require "tidelock"
        local c = ipc.command("sleep", 1000)
        local main = ipc.current()
        ipc.spawn(function()
          dofile "spec/support/asleep.lua" "main"
          main:signal(2)
          ipc.sleep()
        end)
        %s
      ]]):format(call))
      os.remove(path)
      assert.same({ "tidelock: interrupted\n", 130 }, { err, status })
    end)
  end
end)
