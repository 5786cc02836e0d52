-- What a student types, and what is told.
local labs = dofile "spec/support/labs/folder.lua"
local shell = dofile "spec/support/shell.lua"

describe("tidelock lab", function()
  local here, file
  before_each(function()
    here = labs.new()
    file = here:begin()
  end)
  after_each(function() here:close() end)

  local function solve() here:copy("pack/two-painters/solution.lua", "labs/two-painters.lua") end
  local function state() return labs.read(here:path "labs/.tidelock-lab"):match "two%-painters (%a+)" end

  it("puts the starter there at first, and says what to do", function()
    here:close()
    here = labs.new()
    local out, err, status = here:lab()
    assert.same({ "", 0 }, { err, status })
    assert.truthy(out:find("Open labs/two-painters.lua in your editor", 1, true), out)
    local starter = labs.read(here:path "labs/two-painters.lua")
    assert.truthy(starter:find("-- paint the door, while nobody else does", 1, true))
    assert.falsy(starter:find("door:with", 1, true) or starter:find("hole", 1, true))
  end)

  it("knows the pack from then on, also within the folder", function()
    assert.truthy(here:run "lab list":find "two%-painters  open")
    local out, err = shell.run(("cd %s/labs && %s lab list"):format(here.folder, shell.tidelock))
    assert.equal("", err)
    assert.truthy(out:find "two%-painters  open", out)
  end)

  it("check has a status for each verdict", function()
    local out, _, status = here:run "lab check two"
    assert.equal(1, status)
    assert.truthy(out:find("two-painters: rejected. painter-1 and painter-2 paint the door together", 1, true), out)
    assert.equal("tried", state())
    labs.write(file, "return {")
    out, _, status = here:run "lab check"
    assert.equal(2, status)
    assert.truthy(out:find "two%-painters: does not load", out)
    solve()
    out, _, status = here:run "lab check"
    assert.equal(0, status)
    assert.truthy(out:find "two%-painters: passed", out)
    assert.equal("done", state())
  end)

  it("check tells the student's own lines, wherever the pack lies", function()
    local deep = ("%s/%s"):format(("x"):rep(120), ("y"):rep(120))
    shell.run(("mkdir -p %s && cp -r scripts/labs %s/pack"):format(here:path(deep), here:path(deep)))
    shell.run(("cd %s && rm -r labs && %s lab start tickets --pack %s/pack"):format(here.folder, shell.tidelock, deep))
    local out = here:run(("lab check tickets --pack %s/pack"):format(deep))
    assert.truthy(out:find("local left = office:read()", 1, true), out)
  end)

  it("check --all leaves out what is done and unchanged", function()
    solve()
    here:run "lab check"
    local out, _, status = here:run "lab check --all"
    assert.equal(0, status)
    assert.truthy(out:find("done, and unchanged", 1, true), out)
    labs.write(file, labs.read(file) .. "-- more\n")
    assert.truthy(here:run "lab list":find "done, changed since")
    assert.truthy(here:run "lab check --all":find "two%-painters: passed")
  end)

  it("check --json tells all for tools", function()
    local cjson = require "cjson"
    local found = cjson.decode((here:run "lab check --json"))
    assert.same({ "two-painters", "rejected", "safe", 0, 10 },
      { found.lab, found.state, found.property, found.points, found.most })
    local list = cjson.decode((here:run "lab list --json"))
    assert.same({ "two-painters", "tried", 1 }, { list.labs[1].name, list.labs[1].state, list.labs[1].tries })
  end)

  it("hint shows one more each time, and a number of them", function()
    local function hints(words)
      local out = here:run("lab hint " .. words)
      return select(2, out:gsub("hint %d of 3", ""))
    end
    assert.same({ 1, 2, 3, 3 }, { hints "", hints "1", hints "two-painters", hints "1" })
    assert.equal(1, hints "1 1")
    solve()
    here:run "lab check"
    assert.equal(3, hints "1")
    local _, err, status = here:run "lab hint 1 4"
    assert.equal(2, status)
    assert.truthy(err:find("'4' is no number from 1 to 3", 1, true))
  end)

  it("hint begins with that of what was told, once, where the lab has one", function()
    local path = here:path "pack/two-painters/lab.lua"
    local before = labs.read(path)
    finally(function() labs.write(path, before) end)
    labs.write(path, (before:gsub("hints = {", "hints = { safe = 'Who is at the door?',", 1)))
    assert.truthy((here:run "lab hint"):find("hint 1 of 3", 1, true))
    here:run "lab check"
    assert.truthy((here:run "lab hint"):find("^hint on that: Who is at the door?"))
    here:run "lab check"
    assert.truthy((here:run "lab hint"):find("hint 2 of 3", 1, true))
    labs.write(path, (before:gsub("hints = {", "hints = { swift = 'Who is at the door?',", 1)))
    local _, err = here:run "lab hint"
    assert.truthy(err:find("'hints' has one for swift, which is no property of 'points'", 1, true), err)
  end)

  it("tells a verdict, and a hint, where nothing can be kept", function()
    os.execute(("mkdir %s/labs/.tidelock-lab.part"):format(here.folder))
    finally(function() os.execute(("rmdir %s/labs/.tidelock-lab.part"):format(here.folder)) end)
    local out, err, status = here:run "lab check"
    assert.equal(1, status)
    assert.truthy(out:find("two%-painters: rejected"), out)
    assert.truthy(err:find("the progress cannot be written: ", 1, true), err)
    assert.truthy((here:run "lab hint"):find("hint 1 of 3", 1, true))
  end)

  it("help is --help", function()
    assert.equal((here:run "lab --help"), (here:run "lab help"))
    assert.equal((here:run "lab --help"), (here:run "lab help check"))
  end)

  it("solution opens after success, with another way, and a comparison", function()
    local _, err, status = here:run "lab solution 1"
    assert.equal(1, status)
    assert.truthy(err:find("opens when your file has passed", 1, true))
    assert.truthy(here:run "lab solution 1 --force":find("door:with", 1, true))
    here:copy("pack/two-painters/solution-2.lua", "labs/two-painters.lua")
    here:run "lab check"
    local out = here:run "lab solution 1 --diff"
    assert.truthy(out:find("your file is the same", 1, true), out)
    assert.truthy(out:find("another way:", 1, true), out)
    assert.falsy(out:find("hole:", 1, true))
    labs.write(file, labs.read(file) .. "-- mine\n")
    out = here:run "lab solution 1 --diff"
    assert.truthy(out:find("\n- -- mine", 1, true), out)
    assert.falsy(out:find("\n[-+] local"), out)
  end)

  it("shows one solution whole, and of the others what is not as in that one", function()
    local own = labs.read(here:path "pack/two-painters/solution.lua")
    local text = own:gsub("painting:with%(function%(%) end%)\n", "painting:with(print)\n")
    assert.is_true(labs.write(here:path "pack/two-painters/solution-3.lua", text) == nil and text ~= own)
    local out = here:run "lab solution 1 --force"
    local other = out:match "two%-painters, another way:\n\n  %.%.%.\n(.-)\n  %.%.%."
    assert.truthy(other and other:find("painting:with(print)", 1, true), out)
    assert.falsy(other:find("local door", 1, true), out)
  end)

  it("reset keeps what was there, and no copy is lost", function()
    labs.write(file, "-- mine")
    local out = here:run "lab reset 1"
    assert.truthy(out:find("what you had is in labs/two-painters.lua.bak", 1, true), out)
    assert.equal("-- mine", labs.read(file .. ".bak"))
    labs.write(file, "-- mine too")
    here:run "lab reset 1"
    assert.same({ "-- mine", "-- mine too" }, { labs.read(file .. ".bak"), labs.read(file .. ".bak2") })
    assert.truthy(here:run "lab reset 1":find "is the starter already")
  end)

  it("start, without a name, is of the next open lab", function()
    assert.equal((here:run "lab start 1"), (here:run "lab start"))
  end)

  it("start tells the story and opens an editor", function()
    os.remove(file)
    local out, _, status = here:run "lab start 1 --editor cat"
    assert.equal(0, status)
    assert.truthy(out:find("Two painters share one door", 1, true) and out:find("local function painter", 1, true), out)
    local _, err, failed = here:run "lab start 1 --editor false"
    assert.equal(1, failed)
    assert.truthy(err:find("the editor 'false' ended with status 1", 1, true), err)
  end)

  it("refuses another pack in the same folder", function()
    here:run "lab new other/two-painters"
    local _, err, status = here:run "lab list --pack other"
    assert.equal(1, status)
    assert.truthy(err:find("in a folder of their own", 1, true), err)
  end)

  it("tells what was meant", function()
    local function told(words, text)
      local out, err, status = here:run("lab " .. words)
      assert.same({ "", 2 }, { out, status })
      assert.truthy(err:find(text, 1, true), err)
    end
    told("chek", "there is no 'lab chek'; did you mean lab check?")
    told("list --all", "'--all' is not an option of lab list, but of: lab check")
    told("check 1 --all", "lab check: '1' or --all: choose one")
    told("reset", "lab reset: what is missing: NAME")
    told("reset a b", "lab reset: 'b' is too much")
    told("grade . --format jnit", "the value is gradescope, junit, tap, json, csv, exercism or classroom")
  end)
end)

describe("tidelock lab dev check", function()
  local here
  before_each(function() here = labs.new() end)
  after_each(function() here:close() end)

  it("passes the template of lab new", function()
    local out, err, status = here:run "lab dev check pack"
    assert.same({ "", 0 }, { err, status }, out)
    assert.truthy(out:find("1 lab, no problem", 1, true), out)
  end)

  it("tells of each answer that is not as it should be", function()
    here:copy("pack/two-painters/solution-2.lua", "pack/two-painters/wrong/passes.lua")
    here:copy("pack/two-painters/wrong/own_lock.lua", "pack/two-painters/solution-3.lua")
    local path = here:path "pack/two-painters/wrong/too_strong.lua"
    labs.write(path, labs.read(path):gsub("never walk", "never fly"))
    local out, _, status = here:run "lab dev check pack"
    assert.equal(1, status)
    for _, text in ipairs{ "wrong/passes.lua: it passes", "solution-3.lua: it is rejected: ",
      'wrong/too_strong.lua: it is not told "never fly at the same time", but: ', "3 problems" } do
      assert.truthy(out:find(text, 1, true), text .. "\n" .. out)
    end
  end)

  it("tells of labs that cannot be opened, and of those that are in no order", function()
    os.execute(("cd %s/pack; mkdir half extra; cp two-painters/*.lua extra"):format(here.folder))
    local path = here:path "pack/pack.lua"
    labs.write(path, labs.read(path):gsub('"two%-painters"', '"half", "two-painters"'))
    local out, _, status = here:run "lab dev check pack"
    assert.equal(1, status)
    assert.truthy(out:find("half", 1, true) and out:find("lab.lua: No such file", 1, true), out)
    assert.truthy(out:find "extra +BAD  it is not in 'order'", out)
  end)
end)
