-- The chart for a terminal: read by eye, so its lines are compared as they are.
local example = dofile "spec/support/timeline/trace_example.lua"
local in_program = dofile "spec/support/in_program.lua"
local model = require "timeline.model"

local function draw(trace, options)
  return in_program.call([[
    local text = require "timeline.chart.text"
    return text.of(text.view(...))]], trace, options or {})
end

local function utf8_width(line)
  return utf8.len(line) or #line
end

-- The signs of the row of that name.
local function row(drawn, name)
  for line in drawn:gmatch "[^\n]+" do
    if line:sub(1, #name + 1) == name .. " " then return (line:sub(#name + 1):match "^%s+(.*)$") end
  end
end

describe("the chart", function()
  it("has a row a task, in which running, waiting and holding differ without colour", function()
    local drawn = draw(example.small())
    assert.equal("==%%%%%%#'------'%%%%%%%%=--------######===|", row(drawn, "noodles"))
    assert.matches("^=%.?%-*", row(drawn, "ann"))
    assert.equal("===------%%%%%%%=--------'%%%%%%%X", row(drawn, "dumplings"))
    assert.matches("!$", row(drawn, "bob"))
    assert.matches("%-$", row(drawn, "ann")) -- it waits for ever
    for _, told in ipairs{ "= runs", "# runs, holds a lock", "% holds a lock, does not run", "- waits", ". sleeps",
      "X killed", "! failed", "| ended" } do
      assert.is_truthy(drawn:find(told, 1, true), told)
    end
  end)

  it("has rows for queues and locks: how full, held, waited for", function()
    local drawn = draw(example.small())
    assert.equal("3       3        3        3666888333333", row(drawn, 'queue "counter"'))
    assert.matches("^o@+o+$", row(drawn, 'lock "stove"'))
  end)

  it("has a scale whose unit stands at its end", function()
    local lines = {}
    for line in draw(example.small()):gmatch "[^\n]*" do lines[#lines + 1] = line end
    local scale
    for _, line in ipairs(lines) do scale = scale or line:match "^ +(0 .*)$" end
    assert.matches("^0 +20 +40 +60 ms$", scale)
  end)

  it("is no wider than it may be", function()
    for _, width in ipairs{ 40, 60, 80, 120, 200, 10000, 65535 } do
      for _, utf8 in ipairs{ true, false } do
        for line in draw(example.small(), { width = width, utf8 = utf8 }):gmatch "[^\n]+" do
          assert.is_true(utf8_width(line) <= width, ("%d: %s"):format(width, line))
        end
      end
    end
  end)

  it("has no sign that is not ASCII where the terminal has none", function()
    assert.is_nil(draw(example.small(), { utf8 = false }):find "[\128-\255]")
    assert.is_truthy(draw(example.small(), { utf8 = true }):find("µs", 1, true))
  end)

  it("says the same with colours", function()
    local drawn = draw(example.small(), { color = true, utf8 = true })
    assert.is_truthy(drawn:find("\27[32m━", 1, true))
    assert.equal(draw(example.small(), { utf8 = true }), (drawn:gsub("\27%[[%d;]*m", "")))
    assert.is_nil(draw(example.small(), { utf8 = true }):find "\27")
  end)

  it("tells what was lost, and by whom", function()
    assert.matches("3 operations were not recorded %(3 of dumplings%)", draw(example.small()))
    local trace = example.small()
    trace.lost, trace.last, trace.cut = 0, true, { at = 100, size = 200, damaged = true }
    local drawn = draw(trace)
    assert.is_nil(drawn:find "not recorded")
    assert.matches("only the last operations of each task were kept", drawn)
    assert.matches("damaged at byte 100 of 200", drawn)
  end)

  it("tells what the run told", function()
    assert.matches("at 59.9 ms, main: a deadlock was told", draw(example.small()))
  end)

  it("zooms into a range", function()
    local drawn = draw(example.small(), { from = 10000000, to = 20000000 })
    assert.matches("from 10.0 ms to 20.0 ms", drawn)
    assert.matches("\n +10 +12 +14 +16 +18 +20 ms\n", drawn)
    assert.matches("^%-+#%%+$", (row(drawn, "noodles"):gsub("'", "")))
  end)

  it("shows how full a queue was within the range, and not before it", function()
    local trace = model.new{ length = 100, operations = { "put", "get" },
      objects = { { kind = "queue", name = "q", number = 1, title = 'queue "q"' } },
      tasks = { { name = "main", began = 0, lost = 0 } } }
    for n = 1, 4 do model.add(trace, { task = 1, operation = 1, object = 1, began = n, ended = n, message = n }) end
    for n = 1, 3 do
      model.add(trace, { task = 1, operation = 2, object = 1, began = 10 + n, ended = 10 + n, message = n })
    end
    model.add(trace, { task = 1, operation = 1, object = 1, began = 60, ended = 60, message = 5 })
    assert.matches("^2+4+$", row(draw(trace, { from = 40, to = 80 }), 'queue "q"'))
  end)

  it("shows the tasks that are asked for, sorted as asked for", function()
    local drawn = draw(example.small(), { tasks = "a*,bob", sort = "ran" })
    assert.is_nil(row(drawn, "noodles"))
    assert.is_true(drawn:find "\nann " < drawn:find "\nbob ")
    local other = draw(example.small(), { tasks = "4704,ann", sort = "waited" })
    assert.is_true(other:find "\nann " < other:find "\nbob ")
    assert.is_nil(other:find "join process") -- no wait of main
    assert.equal("bob", draw(example.small(), { tasks = "bob" }):match "\n(bob) ")
    assert.is_nil(draw(example.small(), { tasks = "b.b" }):match "\n(bob) ")
  end)

  it("folds many tasks of one name into a row", function()
    local drawn = draw(example.big(2000, 100))
    assert.matches("\nworker%-%* %(99%)  ", drawn)
    assert.matches("how many of several tasks run", drawn)
    assert.matches("\n  worker%-%* %(99%) +%d", drawn)
    local all = draw(example.big(2000, 100), { tasks = "*" })
    assert.is_string(row(all, "worker-77"))
  end)

  it("says how many have no row where even folded ones are too many", function()
    local trace = model.new{ title = "x", length = 10, operations = { "sleep" } }
    for i = 1, 60 do
      local name = ("%s%s"):format(string.char(96 + (i - 1) // 20 + 1), string.char(97 + (i - 1) % 20))
      trace.tasks[i] = { name = name, began = 0, ended = 10, how = "ended", lost = 0 }
    end
    assert.matches("20 more tasks are left out: %-%-tasks", draw(trace))
  end)

  it("tells tasks and objects of one name apart", function()
    local trace = example.small()
    trace.tasks[5].name = "ann"
    trace.objects[2].name, trace.objects[2].title = "counter", 'queue "counter"'
    local drawn = draw(trace)
    assert.is_string(row(drawn, "ann (4704)"))
    assert.matches('queue "counter" #1', drawn)
  end)

  it("shows no sign of a name that moves the cursor", function()
    local trace = example.small()
    trace.title, trace.tasks[2].name, trace.objects[1].title = "a\27[2Jb", "noo\ndles\27]0;x\7", "queue \r"
    trace.files[1], trace.operations[1], trace.marks[1].text = "x\27.lua", "\27[1m", "\27[1m"
    trace.tasks[3].name, trace.tasks[4].name = "a\u{9b}31mb", "c\xff\u{202e}d"
    local drawn = draw(trace)
    assert.is_nil(drawn:gsub("\n", ""):find "%c")
    assert.is_nil(drawn:find "\u{9b}" or drawn:find "\xff" or drawn:find "\u{202e}")
    assert.is_string(row(drawn, "a?31mb"))
  end)

  it("keeps its columns where names are wide, or long", function()
    local trace, other = example.small(), example.small()
    trace.tasks[4].name = ("\u{65e5}"):rep(4)
    other.tasks[4].name = ("x"):rep(8)
    assert.equal(row(draw(other), ("x"):rep(8)), row(draw(trace), trace.tasks[4].name))
    local wide, plain = draw(trace):gsub("\u{65e5}", "xx"), draw(other)
    assert.equal(plain, wide)
    trace.tasks[4].name = ("long"):rep(20)
    assert.matches("\n  noodles +12.5 ms +30%% +13.6 ms +15.0 ms +lock", draw(trace))
  end)

  it("draws a schedule in steps, in which one runs at a time", function()
    local drawn = draw(example.logical())
    assert.matches("sale.lua, 10 steps, 3 tasks, 7 operations", drawn)
    assert.matches("\n +0 .* 10 steps\n", drawn)
    assert.matches("^%.+=+%-+=+#+|$", row(drawn, "bob"))
    assert.matches("%. is not on turn", drawn)
    assert.matches("3 steps  bob  acquire lock \"till\"  sale.lua:8  ended by ann", drawn)
    assert.is_nil(drawn:find " %d+ [mun]?s\n")
  end)

  it("draws a simulated run, whose operations last no time", function()
    local trace = model.new{ title = "s.lua", simulated = true, length = 1000000, operations = { "sleep", "put" },
      objects = { { kind = "queue", name = "q", number = 1, title = 'queue "q"' } },
      tasks = { { name = "main", pid = 1, began = 0, ended = 1000000, how = "ended", lost = 0 } } }
    for i = 0, 9 do
      model.add(trace, { task = 1, operation = 1, began = i * 100000, ended = (i + 1) * 100000, slept = i * 100000,
        waited = 100000 })
      model.add(trace, { task = 1, operation = 2, object = 1, began = (i + 1) * 100000, ended = (i + 1) * 100000 })
    end
    local drawn = draw(trace)
    assert.matches("^s.lua, simulated, 1.00 ms", drawn)
    assert.matches("^'%.+'%.+'", row(drawn, "main"))
  end)

  it("has a chart of a trace in which nothing was done", function()
    local drawn = draw(model.new{ title = "", length = 0, tasks = { { name = "main", began = 0, lost = 0 } } })
    assert.matches("^a run, 0 s, 1 task, 0 operations", drawn)
  end)

  it("says that there is nothing to show, where no task did anything", function()
    assert.equal("a run, 0 s, 0 tasks, 0 operations\n\n"
      .. "There is nothing to show: no task has called an operation of the module.\n", draw(model.new{}))
  end)
end)

describe("the tables below it", function()
  it("tell where the time went", function()
    local drawn = draw(example.small(), { width = 100 })
    for _, line in ipairs{
      "  noodles    12.5 ms  30%%  13.6 ms  15.0 ms  lock \"stove\"\n",
      "\nlongest waits\n  39.7 ms  main  join process \"noodles\"  kitchen.lua:34  ended by noodles\n",
      "  14.0 ms  ann   get queue \"counter\"     kitchen.lua:22  still waits\n",
      "  9.98 ms  bob   get queue \"counter\"     kitchen.lua:26  its time was over\n",
      "  median 400 us of 7, worst 800 us %(dumplings %-> bob, get queue \"counter\"%)\n",
      "  queue \"counter\" +15 +5, 33%% +55.1 ms  14.3 ms  at most 3 in it\n",
      "  lock \"stove\" +9 +4, 44%% +29.9 ms  8.60 ms  held 57%%\n",
    } do assert.matches(line, drawn) end
  end)

  it("tell a process that failed from one that was not waited for to its end", function()
    local function told(ended)
      local trace = model.new{ length = 100, operations = { "result" }, objects = { { kind = "process", name = "cook",
        number = 1, title = 'process "cook"' } }, tasks = { { name = "main", began = 0, lost = 0 },
        { name = "cook", began = 0, lost = 0, ended = ended, how = "failed" } } }
      model.add(trace, { task = 1, operation = 1, object = 1, began = 5, ended = 60, slept = 6, waited = 50,
        result = 1 })
      return draw(trace):match '50 ns  main  result process "cook"%s+([%l ]+)\n'
    end
    assert.equal("until it ended", told(50))
    assert.equal("its time was over", told(80))
  end)

  it("list as many waits as are asked for", function()
    local function count(waits)
      local list = draw(example.small(), { waits = waits }):match "\nlongest waits\n(.-)\n\n"
      return list and select(2, (list .. "\n"):gsub("\n", "")) or 0
    end
    assert.same({ 0, 2, 5, 10 }, { count(0), count(2), count(nil), count(10) })
  end)

  it("say that a task was killed in a wait", function()
    local trace = example.small()
    trace.spans.object[28], trace.spans.operation[28] = 2, trace.spans.operation[6]
    assert.matches("killed in it", draw(trace, { waits = 20 }))
  end)
end)
