-- Where the files lie that come along: the program in the source tree and the one that is installed find them.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

-- What `require "labs.share"` finds for a name, for a program at that path; `tidelock explore` with an explorer of its
-- own is how its Lua is reached.
local function find(program, name)
  local path = files.write(os.tmpname(), ('print(require "labs.share"(%q)) return 0'):format(name))
  local out, err = shell.run(("TIDELOCK_EXPLORER=%s %s explore x"):format(path, program))
  os.remove(path)
  return out, err
end

describe("what comes along", function()
  local root
  before_each(function() root = shell.run("mktemp -d"):match "%S+" end)
  after_each(function() os.execute("rm -rf " .. root) end)

  it("lies in the source tree for the program that was built there", function()
    assert.equal(shell.run "pwd -P":match "%S+" .. "/scripts/tickets.lua\n", (find(shell.tidelock,
      "scripts/tickets.lua")))
  end)

  it("lies beside bin for one that is installed, through links too", function()
    local line = "cd %s; mkdir -p bin share/tidelock/scripts; cp %s bin/tidelock5.9; ln -s tidelock5.9 bin/tidelock; "
      .. "touch share/tidelock/scripts/a.lua"
    os.execute(line:format(root, shell.tidelock))
    assert.equal(root .. "/share/tidelock/scripts/a.lua\n", (find(root .. "/bin/tidelock", "scripts/a.lua")))
    local out = find(root .. "/bin/tidelock", "scripts/b.lua")
    assert.equal(("nil\tscripts/b.lua is neither in %s/bin/../share/tidelock nor in %s/bin/../..\n"):format(root, root),
      out)
  end)
end)
