-- scripts/hosts: the scenarios over two hosts, which are network namespaces where those are allowed.
local engine = dofile "spec/support/engine.lua"
local shell = dofile "spec/support/shell.lua"

local SCRIPTS = {
  sale = "10 wristbands sold on all hosts:\n",
  kitchen = "40 dishes eaten, 0 of them twice\n",
  words = "texts were counted on %S+\n.*words in %d texts; the word used most is",
}

describe("over two hosts,", function()
  for name, seen in pairs(SCRIPTS) do
    it(name, function()
      if engine.missing then return pending(engine.missing) end
      local out, err, status = shell.run(shell.tidelock .. " scripts/hosts/two.lua " .. name)
      assert.equal(0, status, out .. err)
      assert.truthy(out:find(seen), out .. err)
    end)
  end
end)
