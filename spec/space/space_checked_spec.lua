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
    spaces.program(NAME, 's.value("v", 1)')
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

  it("is open when that has ended", function()
    local command = opener()
    checker:kill()
    assert.equal("has it", command.stdout:read("l", PATIENCE))
    assert.is_true(command:join(PATIENCE))
  end)

  it("is not waited for when that is stopped: the error names it", function()
    checker:suspend()
    local _, err, status = spaces.program(NAME, "", "")
    assert.equal(1, status)
    assert.truthy(err:find(("space \"%s\": process %d has it for itself"):format(NAME, checker.pid), 1, true), err)
    assert.truthy(err:find("is stopped: continue it (kill -CONT) or end it", 1, true), err)
  end)

  it("is waited for until Ctrl-C", function()
    local command = opener()
    command:signal(2)
    assert.is_true(command:join(PATIENCE))
    assert.is_nil(command.stdout:read("l", PATIENCE))
  end)
end)
