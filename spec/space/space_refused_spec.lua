-- Which names and files are refused as spaces.
local ipc = require "tidelock"
local error_of = dofile "spec/support/error_of.lua"
local space = dofile "spec/support/space.lua"
local shell = dofile "spec/support/shell.lua"
local spaces = dofile "spec/support/spaces.lua"

local NAME = ("spec-refused-%d"):format(ipc.getpid())

describe("a space refuses", function()
  local function spoilt(command)
    local name = NAME .. "-spoilt"
    local path = spaces.path_of(name)
    spaces.program(name, 's.value("v", 1)')
    assert(os.execute((command:gsub("PATH", path))))
    local out, err, status = spaces.program(name, "print(s)")
    os.execute("rm -rf " .. path)
    assert.equal("", out)
    assert.equal(1, status)
    return err
  end

  it("a name that is none", function()
    for _, name in ipairs{ "", "a/b", "..\0", ("x"):rep(48), "ä" } do
      assert.truthy(error_of(ipc.open, name):find("is no name for a space: a name is letters, digits", 1, true))
    end
    assert.truthy(error_of(ipc.open, 5):find("open: the space's name must be a string, not a number"))
    assert.truthy(error_of(ipc.open, "x", { colour = 1 }):find('unknown option "colour"'))
  end)

  it("names of objects that are none", function()
    assert.truthy(error_of(space.lock, ""):find("a name has 1 to 47 bytes", 1, true))
    assert.truthy(error_of(space.lock, ("x"):rep(48)):find("a name has 1 to 47 bytes", 1, true))
    assert.truthy(error_of(space.lock):find("the name must be a string", 1, true))
    assert.truthy(error_of(space.lock, "l", { name = "m" }):find("in a space the name is the first argument", 1, true))
  end)

  it("a file that others may change", function()
    assert.truthy(spoilt("chmod 644 PATH"):find("belongs to another user, or others may change it; remove it with "
      .. "tidelock rm spec-", 1, true))
  end)

  it("a file of another user", function()
    assert.truthy(spoilt("chown 65534 PATH"):find("belongs to another user", 1, true))
  end)

  it("a truncated file", function()
    assert.truthy(spoilt("truncate -s 100000 PATH"):find("is no space, or damaged", 1, true))
    assert.truthy(spoilt("truncate -s 10 PATH"):find("is no space, or damaged", 1, true))
  end)

  it("a file of something else", function()
    assert.truthy(spoilt("head -c 100000 /dev/urandom >PATH"):find("is no space, or damaged", 1, true))
  end)

  it("a file of another version", function()
    assert.truthy(spoilt("printf '\\001\\002' | dd of=PATH bs=1 seek=8 conv=notrunc status=none"):find(
      "was made by another version of tidelock", 1, true))
  end)

  it("a folder, a FIFO and a link", function()
    for _, command in ipairs{ "mkdir", "mkfifo -m 600", "ln -s /etc/passwd" } do
      assert.truthy(spoilt("rm PATH; " .. command .. " PATH"):find("is no space, or damaged", 1, true), command)
    end
  end)

  it("a sixteenth space in one program", function()
    local out, err = shell.script([[
      local ipc = require "tidelock"
      for n = 1, 16 do
        local ok, why = pcall(ipc.open, "many-" .. ipc.getpid() .. "-" .. n)
        if ok then why:remove() else print(n, why) end
      end
    ]])
    assert.equal("", err)
    assert.truthy(out:find("^16\t.*a program can have 15 spaces open\n$"), out)
  end)
end)
