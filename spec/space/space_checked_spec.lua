-- Opening a space while another program has it for itself to check what is there.
local ipc = require "tidelock"
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local spaces = dofile "spec/support/spaces.lua"
local PATIENCE = 20

local NAME = ("spec-checked-%d"):format(ipc.getpid())

describe("a space that another program checks", function()
  local path, checker, script

  setup(function()
    path = spaces.path_of(NAME)
    spaces.program(NAME, 's.value("v", 1) s.queue("jobs"):put "hello"')
    script = files.write(os.tmpname(),
      ('io.stdout:setvbuf "no" print "opens" require "tidelock".open(%q) print "has it"'):format(NAME))
  end)

  teardown(function()
    os.remove(path)
    os.remove(script)
  end)

  before_each(function()
    checker = ipc.command{ "flock", "--no-fork", "--exclusive", path, "sh", "-c", "echo; exec sleep 600" }
    assert.equal("", checker.stdout:read("l", PATIENCE))
  end)

  after_each(function()
    checker:kill()
    checker:join()
  end)

  local function opener()
    local command = ipc.command{ "env", "--default-signal=INT", shell.tidelock, script }
    assert.equal("opens", command.stdout:read("l", PATIENCE))
    return command
  end

  it("is checked when that was killed amid it: what is damaged is refused", function()
    local file = assert(io.open(path, "r+b"))
    local text = file:read "a"
    local at = assert(text:find("hello", 1, true)) - 1 - 10 -- where its length is
    local function write(bytes)
      file:seek("set", at)
      file:write(bytes)
      file:flush()
    end
    write "\xff\xff\xff\x7f"
    local command = ipc.command{ shell.tidelock, script, stderr = "pipe" }
    assert.equal("opens", command.stdout:read("l", PATIENCE))
    ipc.sleep(0.3) -- it has found the checker there by now, most likely
    checker:kill()
    local err = command.stderr:read("a", PATIENCE)
    command:join(PATIENCE)
    write(text:sub(at + 1, at + 4))
    file:close()
    assert.equal(1, command.exitcode)
    assert.truthy(err:find("is no space, or damaged", 1, true), err)
  end)

  it("is open when that has ended", function()
    local command = opener()
    checker:kill()
    assert.equal("has it", command.stdout:read("l", PATIENCE))
    assert.is_true(command:join(PATIENCE))
  end)

  it("is shown when that has ended", function()
    local command = ipc.command{ shell.tidelock, "ls", NAME, stderr = "stdout" }
    ipc.sleep(0.3) -- it has found the checker there by now, most likely
    assert.is_true(command:is_alive())
    checker:kill()
    local told = command.stdout:read("a", PATIENCE)
    command:join(PATIENCE)
    assert.equal(0, command.exitcode, told)
    assert.truthy(told:find("jobs", 1, true), told)
  end)

  it("is not waited for when that is stopped: the error names it", function()
    checker:suspend()
    local _, err, status = spaces.program(NAME, "", "")
    assert.equal(1, status)
    assert.truthy(err:find(("space \"%s\": process %d has it for itself"):format(NAME, checker.pid), 1, true), err)
    assert.truthy(err:find("is stopped: continue it (kill -CONT) or end it", 1, true), err)
  end)

  it("keeps no other thread from its commands", function()
    local out, err, status = shell.script(([[
      local ipc = require "tidelock"
      local begun = ipc.event()
      local waiting = ipc.thread{ target = function() begun:set() ipc.open %q end, daemon = true }:start()
      begun:wait()
      for _ = 1, 20 do
        assert(ipc.command("true"):join())
        ipc.sleep(0.02)
      end
      print(waiting:is_alive())
    ]]):format(NAME), "timeout 20")
    assert.same({ "true\n", "", 0 }, { out, err, status })
  end)

  it("is waited for while a function for a signal runs commands", function()
    local out, err, status = shell.script(([[
      local ipc = require "tidelock"
      local ok, signal = pcall(require, "posix.signal")
      if not ok then return print "no luaposix" end
      signal.signal(signal.SIGALRM, function()
        print("runs", (ipc.command("true"):join()))
        os.exit(0)
      end)
      require "posix.unistd".alarm(1)
      ipc.open %q
    ]]):format(NAME), "timeout 20")
    if out == "no luaposix\n" then return pending "luaposix is not installed for this Lua" end
    assert.same({ "runs\ttrue\n", "", 0 }, { out, err, status })
  end)

  it("is waited for until Ctrl-C", function()
    local command = opener()
    command:signal(2)
    assert.is_true(command:join(PATIENCE))
    assert.is_nil(command.stdout:read("l", PATIENCE))
  end)
end)
