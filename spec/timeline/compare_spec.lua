-- Two runs compared, columns read in pieces, and how far a long work is.
local example = dofile "spec/support/timeline/trace_example.lua"
local explorer = dofile "spec/support/explorer.lua"
local in_program = dofile "spec/support/in_program.lua"
local model_pages = dofile "spec/support/timeline/model_pages.lua"
local shell = dofile "spec/support/shell.lua"
local writer = dofile "spec/support/timeline/trace_writer.lua"
local model = require "timeline.model"
local progress = require "timeline.progress"
local walk = require "timeline.walk"

local compare = in_program.module "timeline.compare"

-- A run of two tasks, of which ann waits so long for the lock.
local function run(waited, more)
  local trace = model.new{ title = "a.lua", length = 1000, operations = { "acquire" },
    objects = { { kind = "lock", name = "door", number = 1, title = 'lock "door"' } },
    tasks = { { name = "main", began = 0, ended = 1000, how = "ended", lost = 0 },
      { name = "ann", began = 0, ended = 500, how = "ended", lost = 0 } } }
  for name, value in pairs(more or {}) do trace[name] = value end
  model.add(trace, { task = 2, operation = 1, object = 1, began = 10, slept = 10, ended = 10 + waited,
    waited = waited })
  return trace
end

describe("compare", function()
  it("adds up by name what ran and what was waited for, what has changed most first", function()
    local before = run(400)
    before.tasks[2].name = "bob"
    local found = compare.of(run(100, { length = 900 }), before, "old.tltrace")
    assert.same({ { name = "ann", now = { ran = 400, waited = 100 } },
      { name = "bob", before = { ran = 100, waited = 400 } },
      { name = "main", now = { ran = 900, waited = 0 }, before = { ran = 1000, waited = 0 } } }, found.tasks)
    assert.same({ { name = 'lock "door"', now = { waited = 100 }, before = { waited = 400 } } }, found.objects)
    assert.same({ "old.tltrace", 900, 1000, 1 },
      { found.path, found.now.length, found.before.length, found.now.operations })
  end)

  it("takes many tasks as one, whose names differ in numbers only", function()
    local trace = run(100)
    for i = 3, 40 do trace.tasks[i] = { name = "guest-" .. i, began = 0, ended = 10, lost = 0 } end
    local found = compare.of(trace, run(100), "x")
    assert.same({ "guest-*", { ran = 380, waited = 0 } }, { found.tasks[1].name, found.tasks[1].now })
    assert.equal(3, #found.tasks)
  end)

  it("says in a word what has changed", function()
    assert.same({ "+50 %", "-75 %", "x 20", "new", "gone", "from 0", "", "", "" },
      { compare.change(150, 100), compare.change(25, 100), compare.change(2000, 100), compare.change(1, nil),
        compare.change(nil, 1), compare.change(5, 0), compare.change(5, 5), compare.change(nil, nil),
        compare.change(10001, 10000) })
  end)

  it("refuses a run without a clock beside one with it", function()
    local found, why = compare.of(run(1), run(1, { logical = true }), "x")
    assert.is_nil(found)
    assert.matches("one of the two has no clock", why)
  end)
end)

describe("--compare", function()
  local folder
  setup(function()
    folder = shell.run("mktemp -d"):match "%S+"
    writer.write(run(100), folder .. "/now.tltrace")
    writer.write(run(400), folder .. "/before.tltrace")
    writer.write(example.logical(), folder .. "/steps.tltrace")
  end)
  teardown(function() os.execute("rm -rf " .. folder) end)

  local function timeline(arguments)
    return shell.run(("cd %s && LC_ALL=C %s timeline %s"):format(folder, shell.tidelock, arguments))
  end

  it("stands below the chart", function()
    local out, err, status = timeline "--compare before.tltrace now.tltrace"
    assert.same({ "", 0 }, { err, status })
    assert.matches('\ncompared with before.tltrace\n', out)
    assert.matches('\n  ann +100 ns +400 ns +%-75 %% +400 ns +100 ns +%+300 %%\n', out)
    assert.matches('\n  lock "door" +100 ns +400 ns +%-75 %%\n', out)
  end)

  it("says what cannot be compared", function()
    local _, err, status = timeline "--compare steps.tltrace now.tltrace"
    assert.equal(1, status)
    assert.matches("'%-%-compare=steps.tltrace': one of the two has no clock", err)
    _, err, status = timeline "--compare nowhere now.tltrace"
    assert.equal(1, status)
    assert.matches("nowhere: No such file", err)
  end)

  it("is a list of the page, which is read first", function()
    local there, why = model_pages.is_there()
    if not there then return pending("is looked at in a browser: " .. why) end
    local pages = model_pages.start()
    finally(function() pages:close() end)
    local _, err, status = timeline "--compare before.tltrace --html page.html now.tltrace"
    assert.equal(0, status, err)
    pages.page:open(folder .. "/page.html")
    assert.equal("Compared", pages.page:value "document.querySelector('[aria-selected=true]').textContent")
    local text = pages.page:value "document.getElementById('panel-compared').textContent"
    assert.matches("Compared with before.tltrace", text)
    assert.matches("annwaited 100 ns, before 400 ns%S-75 %%ran 400 ns, before 100 ns%+300 %%", text)
    assert.same({}, pages.page:complaints())
    pages:open "kitchen"
    assert.is_true(pages.page:value "document.getElementById('tab-compared').hidden")
  end)
end)

describe("walk", function()
  it("gives each span once, and tells how many", function()
    local trace, seen, work = run(1), {}, 0
    for i = 1, 5000 do model.add(trace, { task = 1, operation = 1, began = 100 + i, ended = 101 + i }) end
    trace.work = function(count) work = work + count end
    walk.each(trace, { "began", "task" }, function(before, count, began, task)
      for k = 1, count do
        assert(began[k] == trace.spans.began[before + k] and task[k] == trace.spans.task[before + k])
        seen[#seen + 1] = before + k
      end
    end)
    assert.same({ 5001, 5001, 5001 }, { #seen, seen[5001], work })
  end)

  it("reads the columns of a file as they are", function()
    local out, err, status = explorer.run([[
      local trace = require "timeline.reader".read(script)
      local wrong = 0
      require "timeline.walk".each(trace, { "began", "waited" }, function(before, count, began, waited)
        for k = 1, count do
          if began[k] ~= trace.spans.began[before + k] or waited[k] ~= trace.spans.waited[before + k] then
            wrong = wrong + 1
          end
        end
      end)
      local well, why = pcall(trace.spans.began, 1, trace.spans.count + 1, {})
      io.write(trace.spans.count, " ", wrong, " ", tostring(well), " ", why)
      return 0]], writer.bytes(example.small()))
    assert.same({ "", 0 }, { err, status })
    assert.matches("^39 0 false .*not within the column", out)
  end)
end)

describe("progress", function()
  it("shows a line after a second, not too often, and takes it away", function()
    local time, written = 0, {}
    local bar = progress.new(true, function() return time end, function(text) written[#written + 1] = text end)
    bar:begin("drawing", 200)
    bar:add(50)
    assert.same({}, written)
    time = 1.5
    bar:add(50)
    bar:add(50)
    time = 2
    bar:add(150)
    assert.same({ "\r\27[Ktidelock: drawing: 50 %", "\r\27[Ktidelock: drawing: 99 %" }, written)
    bar:clear()
    bar:clear()
    assert.same({ 3, "\r\27[K" }, { #written, written[3] })
  end)

  it("shows nothing where nobody looks", function()
    local bar = progress.new(false, error, error)
    bar:begin("drawing", 1)
    bar:add(1)
    bar:clear()
  end)
end)
