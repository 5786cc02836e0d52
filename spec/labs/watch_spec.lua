-- tidelock lab on a terminal: keys without Enter, a verdict at each save, however an editor saves.
local labs = dofile "spec/support/labs/folder.lua"
local terminal = dofile "spec/support/terminal.lua"
local shell = dofile "spec/support/shell.lua"

describe("tidelock lab on a terminal", function()
  local here, file, screen, solution, wrong

  before_each(function()
    here = labs.new()
    file = here:begin()
    solution = labs.read(here:path "pack/two-painters/solution-2.lua")
    wrong = labs.read(here:path "pack/two-painters/wrong/own_lock.lua")
  end)
  after_each(function()
    if screen then screen:close() end
    screen = nil
    here:close()
  end)

  local function start(words)
    screen = terminal.start("lab " .. (words or ""), "env -C " .. here.folder)
  end

  it("tells the story, and takes keys without Enter", function()
    start()
    screen:expect "Two painters share one door.-0 of 1 done.-n skip"
    screen:type "h"
    screen:expect "hint 1 of 3: Which lines"
    screen:type "h"
    screen:expect "hint 2 of 3: One ipc.lock"
    screen:type "l"
    screen:expect "> 1  two%-painters  open.-a number and Enter"
    screen:type "l"
    screen:expect "Two painters share one door"
    screen:type "q"
    screen:expect "tidelock lab goes on where you are"
    assert.equal(0, screen:status())
  end)

  it("follows the width of the terminal", function()
    start()
    screen:expect "it is checked when you save it"
    labs.write(file, wrong)
    screen:expect "paint the door together.-s step through it"
    for _, columns in ipairs{ 110, 62 } do
      screen:resize(columns)
      screen:await(function(text)
        local last = text:match ".*(Two painters.-\n  step.-quit)" or ""
        local widest = 0
        for line in last:gmatch "[^\n]+" do widest = math.max(widest, utf8.len(line)) end
        return widest <= columns and widest > columns - 40 or nil
      end, ("verdict as wide as %d columns"):format(columns))
    end
  end)

  it("checks what is saved: written, renamed over, saved often, gone and back", function()
    start()
    screen:expect "it is checked when you save it"
    labs.write(file, wrong)
    screen:expect "rejected. painter%-1 and painter%-2 paint the door together.-s step through it"
    labs.write(file .. "~", "return {")
    os.rename(file .. "~", file)
    screen:expect "does not load"
    for i = 1, 20 do labs.write(file, wrong .. "-- " .. i) end
    labs.write(file, solution)
    screen:expect "passed.-1 of 1 done"
    os.remove(file)
    screen:expect "is gone: save it again"
    labs.write(file, wrong)
    screen:expect "rejected"
    screen:type "x"
    screen:expect "is the starter again; what you had is in labs/two%-painters.lua.bak"
    assert.equal(wrong, labs.read(file .. ".bak"))
    screen:type "\3"
    assert.equal(0, screen:status())
  end)

  it("shows other solutions once it is passed, and ends behind the last lab", function()
    start()
    screen:expect "it is checked when you save it"
    screen:type "o"
    screen:expect "opens when your file has passed"
    labs.write(file, solution)
    screen:expect "o other solutions"
    screen:type "o"
    screen:expect "another way:"
    screen:type "n"
    screen:expect "That was the last one."
    assert.equal(0, screen:status())
  end)

  it("breaks the line of the keys between two of them", function()
    local out = labs.within [[
      local row = require("labs.words").row
      print(row({ "\27[1mn\27[0m next", "h hint", "q quit" }, 15))]]
    assert.equal("\27[1mn\27[0m next   h hint\nq quit\n", out)
  end)

  it("shows of a long list what there is room for, around the lab", function()
    local out = labs.within [[
      local labs = {}
      for i = 1, 30 do labs[i] = { name = "lab-" .. i, number = i, learn = "" } end
      local progress = { of = function() return { state = "open", tries = 0 } end }
      local paint = { as = function(_, _, text) return text end }
      local here = { pack = { labs = labs }, progress = progress, paint = paint }
      local self = { here = here, lab = labs[29], number = "", shown_list = true,
        keys = { size = function() return 80, 9 end } }
      print(require("labs.student.watch_view").screen(self))]]
    assert.truthy(out:find ">29  lab%-29.- 30  lab%-30.-a number and Enter", out)
    assert.falsy(out:find("lab-25", 1, true), out)
  end)

  it("goes between story and verdict, and does not call done what is rejected now", function()
    labs.write(file, solution)
    start "watch"
    screen:type "c"
    screen:expect "passed.-is done.-n goes on"
    labs.write(file, wrong)
    screen:expect "rejected"
    screen:type "t"
    screen:expect "Two painters share one door.-t verdict"
    screen:type "t"
    local text = screen:expect "(rejected.-)t story"
    assert.falsy(text:find("is done", 1, true), text)
  end)

  it("resumes: what is done is not asked for again, what was skipped comes last", function()
    here:run "lab new pack/second"
    here:run "lab new pack/third"
    start()
    screen:expect "Lab 1 of 3"
    screen:type "n"
    screen:expect "Lab 2 of 3"
    screen:type "q"
    screen:status()
    screen:close()
    start()
    screen:expect "Lab 2 of 3"
    screen:type "n"
    screen:expect "Lab 3 of 3"
    screen:type "n"
    screen:expect "Lab 1 of 3"
  end)

  it("steps through the schedule that failed, a key a task, and undoes", function()
    labs.write(file, wrong)
    start "step two-painters"
    screen:expect "who takes the next step?.-1  painter%-1.-2  painter%-2.-Enter as it was found"
    screen:type "1"
    screen:expect "painter%-1.-enters walking"
    screen:type "\r"
    screen:expect "you have left the schedule that was found"
    screen:type "u"
    screen:expect "Enter as it was found"
    screen:type(("\r"):rep(12))
    screen:expect "Here it breaks: painter%-1 and painter%-2 paint the door together"
    screen:type "q"
    assert.equal(0, screen:status())
  end)
end)

describe("a lab that is played", function()
  it("keeps the schedule that broke it, and is graded by it", function()
    local here = labs.new()
    local screen = terminal.start("lab step two-clerks", "env -C " .. here.folder)
    finally(function() here:close() screen:close() end)
    screen:expect "who takes the next step?"
    for number = 1, 4 do screen:type(number % 2 == 1 and "1" or "2") end
    screen:expect "You broke it: 500 is in the till"
    screen:type "q"
    assert.equal(0, screen:status())
    os.execute(("cd %s && mkdir class class/bob && cp -r labs class/ann && echo '0*30' >class/bob/two-clerks.schedule")
      :format(here.folder))
    local out, err = here:run "lab grade class --format csv"
    assert.same({ "submission,points,most,two-clerks\nann,10,10,10\nbob,0,10,0\n", "" }, { (out:gsub("\r", "")), err })
  end)
end)

describe("tidelock lab without a terminal", function()
  it("tells each verdict as plain text, until it is ended", function()
    local here = labs.new()
    finally(function() here:close() end)
    local file = here:begin()
    local out = here:path "out"
    os.execute(("cd %s; TERM=xterm timeout 60 %s lab watch >out 2>&1 </dev/null & echo $! >%s/pid"):format(here.folder,
      shell.tidelock, here.folder))
    local function await(pattern)
      local limit = os.time() + 50
      repeat
        local text = labs.read(out) or ""
        if text:find(pattern) then return text end
        os.execute "sleep 0.05"
      until os.time() > limit
      error(pattern .. " is not in\n" .. (labs.read(out) or ""))
    end
    await "two%-painters: rejected"
    labs.write(file, labs.read(here:path "pack/two-painters/solution.lua"))
    local text = await "two%-painters: passed"
    assert.falsy(text:find("\27", 1, true))
    os.execute(("kill $(cat %s/pid)"):format(here.folder))
  end)
end)
