-- Lua modules that are a part of the program: bindings/embedded/embedded.h.
local explorer = dofile "spec/support/explorer.lua"

local function explored(code) return (explorer.run(code, "")) end

describe("an embedded module", function()
  it("is the file of its name, and found before those of LUA_PATH", function()
    local folder = os.tmpname()
    os.remove(folder)
    os.execute(("mkdir -p %s/explore && echo 'return 1' >%s/explore/options.lua"):format(folder, folder))
    local out = explorer.run([[
      local options = require "explore.options"
      local known, where = package.searchers[2] "explore.options"
      print(type(options), where, debug.getinfo(known).short_src)]], "", "", ("LUA_PATH='%s/?.lua;;'"):format(folder))
    os.execute("rm -r " .. folder)
    assert.equal("table\tbindings/explore/options.lua\tbindings/explore/options.lua\n", out)
  end)

  it("has the whole text of its file", function()
    local file = assert(io.open "bindings/explore/options.lua")
    local _, lines = file:read "a":gsub("\n", "")
    file:close()
    assert.equal(lines .. "\n", explored [[
      local last = 0
      for line in pairs(debug.getinfo(package.searchers[2] "explore.options", "L").activelines) do
        last = math.max(last, line)
      end
      print(last)]])
  end)

  it("that there is not is told with the other places", function()
    local out = explored [[print(select(2, pcall(require, "explore.nothing")))]]
    assert.truthy(out:find("no embedded module 'explore.nothing'", 1, true), out)
    assert.truthy(out:find("no field package.preload['explore.nothing']", 1, true), out)
  end)
end)

describe("an explorer of one's own", function()
  it("that is not there is told, with status 2", function()
    local shell = dofile "spec/support/shell.lua"
    local out, err, status = shell.run("TIDELOCK_EXPLORER=/no/such.lua " .. shell.tidelock .. " explore x.lua")
    assert.same({ "", 2 }, { out, status })
    assert.matches("^tidelock: cannot open /no/such.lua", err)
  end)
end)
