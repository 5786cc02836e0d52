-- What top's keys do, and what it shows, of a picture made by hand.
package.path = "bindings/?.lua;" .. package.path
package.loaded["top.view"] = {} -- a part of the program; nothing here looks at one
local keys = require "top.keys"
local layout = require "top.layout"
local options = require "top.options"
local graph = require "top.graph"
local picture = require "top.picture"
local text = require "terminal.text"

local function task(name, fields)
  local one = { key = name, name = name, pid = #name + 100, tid = #name + 100, state = "waiting", waits = "",
    where = "", holds = {}, enders = {}, sleeps = 0 }
  for field, value in pairs(fields or {}) do one[field] = value end
  return one
end

local function shot_of(tasks, objects)
  local shot = { title = "kitchen.lua", pid = 1, used = 1 << 20, room = 1 << 30, ended = 0, tasks = tasks,
    objects = objects or {} }
  for _, list in ipairs{ shot.tasks, shot.objects } do
    for i = 1, #list do list[list[i].key] = list[i] end
  end
  return shot
end

local function queue(name, fields)
  local one = { key = name, title = name, kind = "queue", state = "", waiters = 0, longest = 0 }
  for field, value in pairs(fields or {}) do one[field] = value end
  return one
end

local shot, state

local function press(...)
  local results
  for _, key in ipairs{ ... } do results = table.pack(keys.press(state, shot, key)) end
  return table.unpack(results, 1, results.n)
end

local function names(which)
  local list = {}
  for i, row in ipairs(keys.rows(state, shot, which or "tasks")) do list[i] = (row.indent or "") .. row.key end
  return table.concat(list, " ")
end

local function chosen()
  local rows = keys.rows(state, shot, state.focus)
  return rows[keys.chosen(state, rows, state.focus)].key
end

local function screen(width, height, colours)
  return layout.screen(state, shot, width, height, colours)
end

before_each(function()
  state = keys.new{ delay = 1 }
  shot = shot_of({ task("cook", { since = 2, parent = "main" }), task("waiter", { since = 5, parent = "cook" }),
    task("main", { state = "running" }) }, { queue("orders", { depth = 3, most = 4, waiters = 2 }), queue("mail") })
end)

describe("a key", function()
  it("chooses a row, up to the ends", function()
    press "down"
    assert.equal("waiter", chosen())
    press("down", "down", "down")
    assert.equal("main", chosen())
    press "home"
    assert.equal("cook", chosen())
    press "end"
    assert.equal("main", chosen())
  end)

  it("sorts by the next column, and says by which", function()
    press("F6", "F6", "F6")
    assert.equal("since", keys.order(state, "tasks"))
    assert.equal("waiter cook main", names())
    assert.matches("by since", screen(100, 24))
  end)

  it("keeps the chosen row where others come and go", function()
    press "down"
    table.remove(shot.tasks, 1)
    assert.equal("waiter", chosen())
  end)

  it("shows children below their parents", function()
    press "F5"
    assert.equal("main   cook     waiter", names())
  end)

  it("filters by what is typed, and Escape shows all again", function()
    press("F4", "W", "A", "I", "T", "E", "enter")
    assert.equal("waiter", names())
    press "escape"
    assert.equal("cook waiter main", names())
  end)

  it("searches, and says where there is none", function()
    press("/", "m", "a", "i", "backspace", "enter")
    assert.equal("main", chosen())
    press("F3", "z", "enter")
    assert.matches("nothing has 'z'", screen(80, 24))
  end)

  it("ends a task only after a yes", function()
    assert.is_nil(press "F9")
    assert.matches("end cook %(pid 104%) by SIGTERM%? y, 9 %(SIGKILL%) or n", screen(80, 24))
    assert.is_nil(press "n")
    assert.same({ "kill", { 104 }, 15 }, { press("F9", "y") })
    assert.same({ "kill", { 104 }, 9 }, { press("k", "9") })
  end)

  it("says that a thread's whole process is to end", function()
    shot.tasks[1].tid = 7
    press "F9"
    assert.matches("end the process of cook %(pid 104%) by SIGTERM%?", screen(80, 24))
    assert.same({ "kill", { 104 }, 15 }, { press "y" })
  end)

  it("ends all that are tagged", function()
    press("space", "space")
    assert.same({ "kill", { 104, 106 }, 15 }, { press("F9", "y") })
  end)

  it("ends none with --readonly", function()
    state.readonly = true
    assert.is_nil(press("F9", "y"))
    press "F9"
    assert.matches("%-%-readonly: nothing is ended", screen(80, 24))
  end)

  it("quits: q, F10, Ctrl-C, and a closed terminal even in a question", function()
    for _, key in ipairs{ "q", "F10", "ctrl-c", "eof" } do assert.equal("quit", press(key)) end
    press "F4"
    assert.equal("quit", press "eof")
  end)

  it("pauses, and says so", function()
    press "p"
    assert.matches("PAUSED", screen(80, 24))
    press "p"
    assert.is_nil(screen(80, 24):find "PAUSED")
  end)

  it("shows details whole, however narrow the screen", function()
    shot.tasks[1].waits = "put queue: " .. ("x"):rep(100)
    press("enter")
    local lines = screen(40, 20)
    local told = ("waits for  put queue: %s\n%s%s\n"):format(("x"):rep(18), (" "):rep(11), ("x"):rep(29))
    assert.truthy(lines:find(told, 1, true), lines)
  end)

  it("shows details of wide characters where the screen has no room for one", function()
    shot.tasks[1].waits = 'put queue#1 "麵条"'
    press("enter")
    debug.sethook(function() error "it goes on for ever" end, "", 1000000)
    local well, lines = pcall(screen, 12, 40)
    debug.sethook()
    assert.truthy(well, lines)
    assert.truthy(lines:find("麵", 1, true) or lines:find("…", 1, true), lines)
  end)

  it("tells all of itself on a narrow screen, too", function()
    press "h"
    local lines = screen(40, 60):gsub("\n +", " "):gsub("\n", " ")
    for _, words in ipairs{ "F5 t tree", "g who waits for whom, circles in red",
      "operations on other objects are not counted." } do
      assert.truthy(lines:gsub(" +", " "):find(words, 1, true), lines)
    end
  end)

  it("goes on below the words, not below the blank before them", function()
    shot.tasks[1].waits = "put queue#1: " .. ("x"):rep(16) .. " more"
    press("enter")
    assert.truthy(screen(40, 20):find("x\n" .. (" "):rep(11) .. "more\n"), screen(40, 20))
  end)

  it("ends no task of another machine, and says so", function()
    state = keys.new{ delay = 1, readonly = true }
    shot.elsewhere = true
    press("F9")
    assert.equal("its tasks run on other machines: end them there", state.note)
    shot.elsewhere = nil
    press("F9")
    assert.equal("--readonly: nothing is ended", state.note)
  end)

  it("shows help, details, the graph", function()
    press "h"
    assert.matches("F5 t +tree", screen(80, 24))
    assert.matches("end a task", screen(80, 24))
    press("q", "enter")
    assert.matches("task +cook\nstate +waiting", screen(80, 24))
    press("escape", "tab", "s")
    assert.matches("depth +3 of 4", screen(80, 24))
    press("s", "g")
    assert.matches("no task waits for an object", screen(80, 24))
  end)
end)

describe("-d", function()
  it("is 0.1 at least, as of less time no rates can be told", function()
    for given, delay in pairs{ ["0.05"] = 0.1, ["0.1"] = 0.1, ["2.5"] = 2.5 } do
      assert.equal(delay, options.top{ "-d", given }.delay)
    end
    assert.equal(1, options.top{}.delay)
  end)
end)

describe("the screen", function()
  for _, size in ipairs{ { 80, 24 }, { 132, 50 }, { 40, 12 }, { 20, 5 }, { 10, 3 }, { 3, 2 }, { 1, 1 } } do
    it(("has room for all: %d by %d"):format(size[1], size[2]), function()
      for i = 1, 1000 do
        local one = task("worker-" .. i, { waits = "get queue#1: " .. ("é"):rep(200), state = "ended" })
        shot.tasks[#shot.tasks + 1], shot.tasks[one.key] = one, one
      end
      for _, view in ipairs{ "tables", "help", "details", "graph" } do
        state.view = view
        local lines = 0
        for line in (screen(size[1], size[2], true) .. "\n"):gmatch "(.-)\n" do
          lines = lines + 1
          assert.truthy(text.width(line) <= size[1], line)
        end
        assert.truthy(lines <= size[2], view .. ": " .. lines)
      end
    end)
  end

  it("has no colours where there are to be none", function()
    shot.tasks[2].state = "ended"
    assert.is_nil(screen(80, 24):find "\27%[[^07]")
    assert.truthy(screen(80, 24, true):find "\27%[31;1m")
  end)

  it("shows nothing that would move the cursor", function()
    shot.tasks[1].name = "a\27[2Jb\n"
    assert.is_nil(screen(80, 24):find "\27%[2J")
  end)

  it("says that the program has ended", function()
    shot.gone = true
    assert.matches("it has ended", screen(80, 24))
  end)
end)

describe("how full something is", function()
  for state_text, want in pairs{
    ["3 of 10 messages, 0 getting"] = { 3, 10 }, ["12 messages, lifo, 0 getting"] = { 12 },
    ["2 of 3 free, 0 waiting"] = { 1, 3 }, ["1 of 4 waiting, broken"] = { 1, 4 },
    ["end 1, duplex, 5 to receive, 0 sent"] = { 5 }, ["7 jobs waiting, 1 running"] = { 7 }, ["not set, 1 waiting"] = {},
  } do
    it("is told by: " .. state_text, function() assert.same(want, { picture.depth_of(state_text) }) end)
  end
end)

describe("the graph", function()
  local function waits(name, object, ...) return task(name, { object = object, enders = { ... } }) end

  it("has the circle first, in red", function()
    shot = shot_of({ waits("other", "c", "p1"), waits("p1", "b", "p2"), waits("p2", "a", "p1") },
      { queue "a", queue "b", queue "c" })
    local lines = graph.lines(shot)
    assert.same({ "circle: p1 -> b -> p2 -> a -> p1", true }, lines[1])
    assert.same({ "p2 -> a <- p1", true }, lines[2])
    assert.same({ "other -> c <- p1", false }, lines[4])
    shot.tasks.p1.any_ends = true -- and there is nobody else
    assert.equal(1, #graph.circles(shot.tasks))
  end)

  it("has no circle where one of two others can still end the wait", function()
    shot = shot_of({ waits("p1", "b", "p2", "free"), waits("p2", "a", "p1"), task "free" }, { queue "a", queue "b" })
    shot.tasks.p1.any_ends = true
    assert.same({}, (graph.circles(shot.tasks)))
    assert.equal("p1 -> b <- p2 or free", graph.lines(shot)[2][1])
  end)
end)
