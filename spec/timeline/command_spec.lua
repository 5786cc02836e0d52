-- tidelock timeline, from its words to what it writes.
local example = dofile "spec/support/timeline/trace_example.lua"
local explorer = dofile "spec/support/explorer.lua"
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local terminal = dofile "spec/support/terminal.lua"
local writer = dofile "spec/support/timeline/trace_writer.lua"
local options = require "timeline.options"

local folder

setup(function()
  folder = shell.run("mktemp -d"):match "%S+"
  writer.write(example.small(), folder .. "/kitchen.tltrace")
end)

teardown(function() os.execute("rm -rf " .. folder) end)

local function run(arguments)
  return shell.run(("cd %s && LC_ALL=C %s timeline %s"):format(folder, shell.tidelock, arguments or ""))
end

local function contents(name)
  return files.read(folder .. "/" .. name)
end

describe("the options of timeline", function()
  it("may stand behind the file", function()
    local found = options.timeline{ "a.tltrace", "--from", "1ms", "--tasks=ann", "--html", "out.html", "--mermaid" }
    assert.same({ "a.tltrace", "1ms", "ann", "out.html", "-" },
      { found.file, found.from, found.tasks, found.html, found.mermaid })
  end)

  it("are refused where they are wrong, with what is right", function()
    local function wrong(...)
      local found, why = options.timeline{ ... }
      assert.is_nil(found)
      return why:match "^tidelock: ([^\n]*)"
    end
    assert.matches("the value is began, name, ran or waited", wrong "--sort=size")
    assert.matches("the value is a time, such as 12ms", wrong "--from=soon")
    assert.matches("a whole number from 40 to 10000", wrong("--width", "10"))
    assert.matches("a whole number from 40 to 10000", wrong("--width", "10001"))
    assert.matches("one FILE at a time: 'b' is too many$", wrong("a", "b"))
    assert.matches("%-%-mermaid=OUT", wrong("--mermaid", "a", "b"))
    assert.matches("only one of the outputs can go to standard output", wrong("--html=-", "--chrome=-"))
    assert.matches("did you mean '%-%-perfetto'", wrong "--perfeto")
  end)
end)

describe("tidelock timeline", function()
  it("draws the chart of a file, in the width that is asked for", function()
    local out, err, status = run "--width 100 kitchen.tltrace"
    assert.same({ "", 0 }, { err, status })
    assert.matches("^kitchen.lua, .-, 60.0 ms, 5 tasks, 39 operations\n", out)
    assert.matches("\nlongest waits\n", out)
    assert.is_nil(out:find "\27")
  end)

  it("takes the newest trace of the directory where no file is named, and says which", function()
    writer.write(example.logical(), folder .. "/older.tltrace")
    shell.run(("touch -d 2001-01-01 %s/older.tltrace"):format(folder))
    local out, err, status = run ""
    os.remove(folder .. "/older.tltrace")
    assert.same({ "tidelock: kitchen.tltrace, the newest trace here\n", 0 }, { err, status })
    assert.matches("^kitchen.lua", out)
  end)

  it("says what to do where there is none", function()
    local out, err, status = shell.run(("cd / && %s timeline"):format(shell.tidelock))
    assert.same({ "", 1 }, { out, status })
    assert.matches("no %*.tltrace in this directory; tidelock %-%-trace script.lua records one", err)
  end)

  it("says what is wrong with a file", function()
    for name, why in pairs{ ["/nowhere"] = "No such file", ["."] = "it is a directory",
      ["/etc/passwd"] = "this is no trace", ["/dev/null"] = "it is no regular file" } do
      local out, err, status = run(name)
      assert.same({ "", 1 }, { out, status })
      assert.is_truthy(err:find(why, 1, true), err)
    end
  end)

  it("says what is wrong with a range or a name", function()
    local function why(arguments)
      local _, err, status = run(arguments .. " kitchen.tltrace")
      assert.equal(1, status)
      return err
    end
    assert.matches("the run lasted 60.0 ms only", why "--from 2s")
    assert.matches("is not behind '%-%-from=20ms'", why "--from 20ms --to 10ms")
    assert.matches("no task has such a name; there are: main, noodles,", why "--tasks zoe")
  end)

  it("draws what is whole of a file that was cut off", function()
    files.write(folder .. "/cut.bin", contents "kitchen.tltrace":sub(1, 500))
    local out, _, status = run "cut.bin"
    assert.equal(0, status)
    assert.matches("the file is cut off after byte %d+: what came later is not in it", out)
  end)

  it("writes the outputs that are asked for, all at once", function()
    local out, err, status = run "kitchen.tltrace --html a.html --perfetto a.pftrace --chrome a.json --mermaid=a.mmd"
    assert.same({ "", 0 }, { out, status })
    assert.matches("a.json: 39 operations of 5 tasks\n", err)
    assert.matches("3 operations were not recorded", err)
    assert.matches("^<!doctype html>", contents "a.html")
    assert.equal("\n", contents "a.pftrace":sub(1, 1))
    assert.matches('^{"displayTimeUnit"', contents "a.json")
    assert.matches("^sequenceDiagram\n", contents "a.mmd")
    local diagram = run "kitchen.tltrace --mermaid"
    assert.equal(contents "a.mmd", diagram)
    assert.equal(contents "a.json", (run "--chrome=- kitchen.tltrace"))
  end)

  it("writes no output over what it reads, nor over another output, by whatever name", function()
    os.execute(("cd %s && cp kitchen.tltrace other.tltrace && ln -sf kitchen.tltrace soft && ln -f kitchen.tltrace hard"
      ):format(folder))
    local before = contents "kitchen.tltrace"
    for _, row in ipairs{
      { "kitchen.tltrace --html kitchen.tltrace", "the page", "the trace that it is made of" },
      { "kitchen.tltrace --perfetto ./kitchen.tltrace", "the trace", "the trace that it is made of" },
      { "kitchen.tltrace --chrome soft", "the trace", "the trace that it is made of" },
      { "soft --mermaid=hard", "the diagram", "the trace that it is made of" },
      { "kitchen.tltrace --compare other.tltrace --html other.tltrace", "the page", "the trace of %-%-compare" },
      { "kitchen.tltrace --html new --mermaid=./new", "the diagram", "the page of %-%-html" },
    } do
      local out, err, status = run(row[1])
      assert.same({ "", 2 }, { out, status }, row[1])
      assert.matches(("tidelock: '%%-%%-%%l+': %s cannot be written: [^\n:]+: it would be written over %s; give another"
        ):format(row[2], row[3]), err)
      assert.equal(before, contents "kitchen.tltrace")
    end
    local _, err, status = run "--html kitchen.tltrace" -- of the newest, other.tltrace
    assert.same({ before, 2 }, { contents "kitchen.tltrace", status })
    assert.matches("'%-%-html': kitchen.tltrace is a trace, which would be lost; give another name\n$", err)
    assert.equal(0, (select(3, run "kitchen.tltrace --html /dev/null --perfetto /dev/null")))
    os.execute(("cd %s && touch -d 2001-01-01 other.tltrace && rm soft hard other.tltrace"):format(folder))
  end)

  it("leaves what is there where an output cannot be written", function()
    local out, err, status = run "kitchen.tltrace --chrome nowhere/b.json --html b.html"
    assert.same({ "", 2 }, { out, status })
    assert.matches("'%-%-chrome': the trace cannot be written: nowhere/b.json: No such file", err)
    assert.is_nil(io.open(folder .. "/b.html"))
    local _, full, why = run "kitchen.tltrace --chrome /dev/full"
    assert.equal(2, why)
    assert.matches("No space left on device", full)
  end)

  it("has the colours and the width of a terminal, unless NO_COLOR is set", function()
    local shown = terminal.start(("timeline %s/kitchen.tltrace"):format(folder), "LANG=C.UTF-8")
    shown:expect "longest waits"
    assert.equal(0, shown:status())
    assert.is_truthy(shown:raw():find("\27[32m", 1, true))
    assert.is_truthy(shown:raw():find("━", 1, true))
    shown:close()
    local plain = terminal.start(("timeline %s/kitchen.tltrace"):format(folder), "NO_COLOR=1 LC_ALL=C")
    plain:expect "longest waits"
    assert.equal(0, plain:status())
    assert.is_nil(plain:raw():find("\27[32m", 1, true))
    assert.is_nil(plain:raw():find("━", 1, true))
    plain:close()
  end)

  it("shows a run that --trace has recorded", function()
    local script = explorer.file [[
      local ipc = require "tidelock"
      local q, l = ipc.queue{ name = "dishes" }, ipc.lock("pan")
      local cook = ipc.spawn(function()
        for i = 1, 3 do l:with(function() ipc.sleep(1) end) q:put(i) end
      end)
      for i = 1, 3 do q:get() end
      cook:join()]]
    local _, err, status = shell.run(("cd %s && %s --sim=1 --trace=run.tltrace %s"):format(folder, shell.tidelock,
      script))
    os.remove(script)
    assert.equal(0, status, err)
    local out = run "run.tltrace"
    assert.matches(", simulated, 3%.00 s, 2 tasks", out)
    assert.matches('\nqueue "dishes" +%d', out)
    assert.matches('\n  lock "pan" .* held 100%%\n', out .. "\n")
    assert.matches('get queue "dishes" .* ended by', out)
  end)
end)
