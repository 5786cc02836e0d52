-- What is known of the labs is a text file that may be synced, merged and damaged.
local labs = dofile "spec/support/labs/folder.lua"
local shell = dofile "spec/support/shell.lua"

describe("the progress", function()
  local folder
  before_each(function() folder = shell.run("mktemp -d"):match "%S+" end)
  after_each(function() os.execute("rm -rf " .. folder) end)

  local function within(code)
    return labs.within(([[
      local progress = require "labs.progress"
      local p, told = progress.open %q ]]):format(folder) .. code)
  end
  local function text() return labs.read(folder .. "/.tidelock-lab") end
  local function put(...) labs.write(folder .. "/.tidelock-lab", table.concat({ ... }, "\n") .. "\n") end

  it("is a line a lab, sorted", function()
    within [[p:change("b", function(row) row.state, row.tries = "tried", 2 end)
      p:change("a", function(row) row.state, row.hash = "done", "0123456789abcdef" end)]]
    assert.equal("# tidelock lab: name, state, tries, hints shown, hash of the file that passed\n"
      .. "a done 0 0 0123456789abcdef\nb tried 2 0 -\n", text())
  end)

  it("keeps of which property the last verdict was, where that is known", function()
    within [[p:change("a", function(row) row.told = "free" end)]]
    assert.truthy(text():find "a open 0 0 %- free\n")
    assert.equal("free\n", (within [[print(p:of "a".told)]]))
  end)

  it("keeps what another terminal has written meanwhile", function()
    within [[local other = progress.open(p.path:match "^(.*)/")
      other:change("a", function(row) row.tries = 5 end)
      p:change("b", function(row) row.hints = 1 end)]]
    assert.truthy(text():find "a open 5 0 %-\nb open 0 1 %-\n")
  end)

  it("is one after a merge: the further state, the greater numbers", function()
    put("<<<<<<< mine", "a done 1 0 00", "b tried 2 3 -", "=======", "a tried 4 1 -", "b tried 5 0 -", ">>>>>>> his")
    local out = within [[print(told, p:of "a".state, p:of "a".tries, p:of "a".hints, p:of "a".hash, p:of "b".tries,
      p:of "b".hints)]]
    assert.equal("nil\tdone\t4\t1\t00\t5\t3\n", out)
  end)

  it("that cannot be read is no empty one", function()
    os.execute("mkdir " .. folder .. "/.tidelock-lab")
    local out = labs.within(("print(select(2, pcall(require 'labs.progress'.open, %q)).wrong)"):format(folder))
    assert.truthy(out:find("what is done cannot be known: .*is a folder, not a file. Move it away"), out)
  end)

  it("that cannot be written is known as long as the program runs", function()
    local out = within [[
      os.execute("mkdir " .. p.path .. ".part")
      p:change("a", function(row) row.state = "done" end)
      p:change("b", function(row) row.tries = 2 end)
      print(p:of "a".state, p:of "b".tries, p.wrong)]]
    assert.truthy(out:find "^done\t2\tthe progress cannot be written: .*Is a directory\n$", out)
    assert.is_nil(text())
  end)

  it("keeps the lines of labs that it does not know", function()
    put("of-another-pack done 1 0 00")
    within [[p:change("a", function() end)]]
    assert.truthy(text():find("of-another-pack done 1 0 00", 1, true))
  end)

  it("that is damaged is told, kept, and used as far as it goes", function()
    put("a done 1 0 00", "b do", "c flying 1 0 -", "d tried x 0 -")
    local out = within [[print(told) print(p:of "a".state, p:of "b".state)]]
    assert.truthy(out:find("is damaged: 3 lines could not be read", 1, true), out)
    assert.truthy(out:find "done\topen\n$")
    assert.truthy(labs.read(folder .. "/.tidelock-lab.bak"):find("c flying 1 0 -", 1, true))
    assert.equal("nil\n", (within [[print(told)]]))
  end)
end)
