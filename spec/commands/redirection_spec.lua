-- Where the streams of a command come from, and go.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local raised = dofile "spec/support/raised.lua"
local sh = dofile "spec/support/sh.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

-- What making a command of these options raises.
local function refused(options)
  return raised(function() return ipc.command(options) end)
end

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
    await(function() return shell.state(reader.pid) ~= "R" end) -- its stdin blocks
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
