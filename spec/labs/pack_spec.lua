-- A pack that is broken is told by the file and the field.
local labs = dofile "spec/support/labs/folder.lua"

describe("a pack", function()
  local here
  before_each(function() here = labs.new() end)
  after_each(function() here:close() end)

  local function refused(words)
    local out, err, status = here:lab "list"
    assert.equal("", out)
    assert.truthy(err:find(words, 1, true), err)
    assert.truthy(status ~= 0)
  end
  local function change(path, from, to)
    local text = labs.read(here:path(path))
    local at, behind = text:find(from, 1, true)
    labs.write(here:path(path), text:sub(1, at - 1) .. to .. text:sub(behind + 1))
  end

  it("is a directory with pack.lua", function()
    os.remove(here:path "pack/pack.lua")
    refused "pack is no pack of labs: pack.lua is missing there"
    os.execute("rm -r " .. here:path "pack")
    refused "no pack of labs: pack: No such file or directory"
  end)

  it("has a directory for each name of its order", function()
    change("pack/pack.lua", '"two-painters"', '"two-painters", "gone"')
    refused "pack/pack.lua: 'order' names gone, which is not there"
    change("pack/pack.lua", '"gone"', '"two-painters"')
    refused "'order' names two-painters twice"
    change("pack/pack.lua", '"two-painters", "two-painters"', "7")
    refused "7 is no name"
  end)

  it("has labs with all fields, of the right kind", function()
    change("pack/two-painters/lab.lua", 'learn = "only', 'learned = "only')
    refused "pack/two-painters/lab.lua: 'learn' is missing: a string: what is learnt, in one line"
    change("pack/two-painters/lab.lua", "learned =", "runs = -1, learn =")
    refused "pack/two-painters/lab.lua: 'runs' must be a whole number"
    change("pack/two-painters/lab.lua", "return {", "return {{")
    refused "pack/two-painters/lab.lua:"
  end)

  it("may use the module in lab.lua, where it does nothing yet", function()
    change("pack/two-painters/lab.lua", "return {", 'local ipc = require "tidelock" local l = ipc.lock("x")\nreturn {')
    local out, err, status = here:lab "list"
    assert.same({ "", 0 }, { err, status })
    assert.truthy(out:find "two%-painters  open")
  end)

  it("is found by number, by a beginning, by what comes near", function()
    here:run "lab new pack/two-clowns"
    assert.truthy(here:lab "start 1":find("Lab 1 of 2: Two painters", 1, true))
    assert.truthy(here:lab "start two-p":find("Lab 1 of 2", 1, true))
    local function told(word, text)
      local _, err = here:lab("start " .. word)
      assert.truthy(err:find(text, 1, true), err)
    end
    told("two", "'two' could be two-painters or two-clowns")
    told("tow-painters", "there is no lab 'tow-painters'; did you mean two-painters?")
    told("9", "there is no lab 9: they are 1 to 2")
  end)
end)
