-- The CPU quota of a control group, put in the place of the machine's.
local shell = dofile "spec/support/shell.lua"

local MOUNT = "mount -t tmpfs none /sys/fs/cgroup"
local APART = "unshare --mount --propagation private sh"
local can = os.execute(("%s -c '%s' 2>/dev/null"):format(APART, MOUNT))
local test = can and it or pending

-- what the code prints where the files of the folder of control groups are these
local function limited(files, code)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(MOUNT, " && cd /sys/fs/cgroup || exit\n")
  for name, text in pairs(files) do
    file:write(("mkdir -p $(dirname %s); echo '%s' >%s\n"):format(name, text, name))
  end
  file:write(('cd "$OLDPWD"; %s -e \'local ipc = require "tidelock" %s\'\n'):format(shell.tidelock, code))
  file:close()
  local out, err = shell.run(APART .. " " .. path)
  os.remove(path)
  assert.equal("", err)
  return out
end

local COUNT = "print(ipc.cpu_count())"
local POOL = "print(ipc.pool().workers)"

describe("the number of CPUs", function()
  local unlimited = can and limited({}, COUNT)

  test("is at most what the control group's quota gives, rounded up", function()
    assert.equal("1\n", limited({ ["cpu.max"] = "100000 100000" }, COUNT))
    assert.equal("1\n", limited({ ["cpu.max"] = "5000 100000" }, COUNT))
  end)

  test("is the affinity's where the quota is none, or more", function()
    assert.equal(unlimited, limited({ ["cpu.max"] = "max 100000" }, COUNT))
    assert.equal(unlimited, limited({ ["cpu.max"] = "900000000 1000" }, COUNT))
  end)

  test("is that of a pool's workers", function()
    assert.equal("1\n", limited({ ["cpu.max"] = "100000 100000" }, POOL))
    assert.equal(unlimited, limited({}, POOL))
  end)
end)
