-- tidelock replay -i: a schedule that stops before its failing step, and a prompt.
local await = dofile "spec/support/await.lua"
local shell = dofile "spec/support/shell.lua"
local terminal = dofile "spec/support/terminal.lua"
local explorer = dofile "spec/support/explorer.lua"
local replay = dofile "spec/support/explore/replay.lua"

local LOST, CODE = replay.LOST, replay.LOST_CODE

-- What is shown after the first stop, for these lines.
local function prompted(lines, script, code)
  local out, err, status, path = replay.prompt(script or LOST, code or CODE, lines)
  assert.equal("", err)
  return out, status, path
end

local function has(out, text)
  assert.truthy(out:find(text, 1, true), ("%q is not in\n%s"):format(text, out))
end

describe("the prompt", function()
  it("stands before the failing step, and shows what the script has written", function()
    local out, status = prompted{}
    assert.matches("^bob\t3\nann\t3\nbefore step (%d+) of %1: main is about to get value left\n", out)
    assert.matches("\n  [^\n]*:13  assert", out)
    assert.equal(0, status)
  end)

  it("goes on to the failure, which is explained, and back; its status is 1", function()
    local out, status = prompted{ "step", "step", "back" }
    assert.matches("\nlost update of value left.*one is lost.*\nthe schedule has ended: `back`", out)
    assert.matches("\nbefore step 15 of 15: [^\n]*\n[^\n]*\n$", out)
    assert.equal(1, status)
  end)

  it("goes to any step, and by an empty line once more", function()
    local out = prompted{ "goto 1", "step 2", "", "back 2", "back 9", "" }
    local steps = {}
    for step in out:gmatch "before step (%d+)" do steps[#steps + 1] = step end
    assert.same({ "2", "4", "8" }, { steps[2], steps[3], steps[4] })
    assert.same({ "4", "2" }, { steps[5], steps[6] })
    has(out, "this is the first step")
  end)

  it("shows the steps around, with an arrow, and what is not taken yet without what comes of it", function()
    local out = prompted{ "goto 8", "where" }
    assert.matches("\n     6     5 +get value left %-> 3\n", out)
    assert.matches("\n%->   8     5 +get value left\n", out)
  end)

  it("shows tasks: what each is about to do, waits for and holds", function()
    local out = prompted({ "goto 7", "ps" }, [[
      local ipc = require "tidelock"
      local lock, queue = ipc.lock "till", ipc.queue(1, "fifo", "orders")
      local ann = ipc.process{ name = "ann", target = function() lock:acquire() queue:get() lock:release() end }:start()
      lock:acquire()
      queue:put(1)]], "1:0*2,1*3,0")
    assert.matches("main +waits: acquire lock#1 \"till\": held by ann", out)
    assert.matches("ann +waits: get queue#1 \"orders\"[^\n]*\n +holds lock#1 \"till\"", out)
  end)

  it("shows objects with their state, variables of the stopped function, and its calls", function()
    local out, _, path = prompted{ "goto 9", "objects", "locals", "stack" }
    has(out, "\nvalue#1: 3\n")
    has(out, '\nname = "bob"\nseen = 3\nleft = value#1: 3  (upvalue)\n')
    has(out, path .. ":6: ")
  end)

  it("shows variables of a coroutine, and of a thread", function()
    local out = prompted({ "goto 1", "here", "step", "here", "step", "here", "step", "here" }, [[
      local ipc = require "tidelock"
      local value = ipc.value(1)
      local thread = ipc.thread(function()
        local here = "in a thread"
        value:set(2)
        return here
      end)
      coroutine.wrap(function() local here = "in a coroutine" value:set(3) return here end)()
      thread:start()
      thread:join()]], "1:0*4,1")
    has(out, "\nin a coroutine\n")
    has(out, "\nin a thread\n")
  end)

  it("shows tasks and objects also where the task runs no Lua", function()
    local out = prompted{ "goto 10", "ps", "objects", "locals", "1 + 1" }
    assert.matches("\n%-> bob +is about to end\nvalue#1: 2\nthis task runs no Lua here\nthis task runs no Lua here\n$",
      out)
  end)

  it("runs Lua in the stopped task: prints, sets, and tells errors", function()
    local out = prompted{ "goto 9", "seen + 1, name, { 1, a = 'x' }", "seen = 7", "seen", "limit = 2", "=limit",
      "print(1, 2)", "error 'no'", "x y", "step = 1", "=step" }
    has(out, '\n4\tbob\t{ 1, a = "x" }\n7\n2\n1\t2\nprompt:1: no\nprompt:1: syntax error near \'y\'\n1\n')
  end)

  it("shows values as the REPL does: deep tables, those with a metatable, shared ones, no control character", function()
    local out = prompted({ "goto 3", "deep", "of", "ring", "stock", "'\\27[2J'", "locals", "error(deep)" }, [[
      local ipc = require "tidelock"
      local deep, ring, stock = { a = { b = { c = { "d" } } } }, {}, ipc.table{ soup = 2 }
      local of, text = setmetatable({ 1, 2 }, { __index = print }), "\27[2J"
      ring.ring = ring
      stock.soup = 3
      ipc.yield()
      ipc.yield()
      return deep, of, ring, stock, text]], "1:0")
    has(out, '\n{ a = { b = { c = { "d" } } } }\n{ 1, 2 }\n{ ring = <cycle> }\n')
    assert.matches("\ntable#1: 1 key { soup = [23] }\n\\027%[2J\n", out)
    has(out, '\ndeep = { a = { b = { c = { "d" } } } }\n')
    has(out, '\ntext = "\\027[2J"\n')
    assert.equal(3, select(2, out:gsub('{ a = { b = { c = { "d" } } } }', "")))
    assert.is_nil(out:find "\27")
  end)

  it("can look at objects, and refuses what would change the schedule", function()
    local out = prompted({ "goto 3", "queue:size(), value:get(), #table, table.soup, event:is_set(), lock.holder",
      "queue:get()", "queue:put(1)", "value:set(3)", "lock:acquire()", "event:set()", "ipc.sleep(1)",
      "io.open('/dev/null')", "ipc.process{ target = print }:start()", "ipc.choose(3)", "event:wait(0)" }, [[
      local ipc = require "tidelock"
      local queue, value, table = ipc.queue(2), ipc.value(5), ipc.table{ soup = 2 }
      local event, lock = ipc.event(), ipc.lock()
      queue:put(1)
      ipc.yield()
      return ipc, queue, value, table, event, lock]], "1:0")
    assert.matches("\n1\t5\t%d\t2\tfalse\tnil\n", out)
    assert.equal(10, select(2, out:gsub("refused: this would change the schedule", "")), out)
  end)

  it("tells where the schedule is another one, as a variable was changed", function()
    local out, status = prompted{ "goto 8", "limit = 3", "goto 100", "back", "goto 100" }
    has(out, "\nnot as recorded, from step 9 on: what was changed here has changed the schedule\n")
    assert.equal(1, status)
    has(out, "\nlost update of value left")
  end)

  it("leaves the schedule as it was, whatever is looked at", function()
    local lines = { "goto 1" }
    for _ = 1, 20 do
      for _, line in ipairs{ "ps", "objects", "locals", "where", "stack", "left and left:get()", "q:get()", "step" } do
        lines[#lines + 1] = line
      end
    end
    local out, status = prompted(lines)
    assert.falsy(out:find("not as recorded", 1, true), out)
    has(out, "lost update")
    assert.equal(1, status)
  end)

  it("comes to the same states by 50 random ways back and on", function()
    math.randomseed(7)
    local lines = {}
    for _ = 1, 50 do
      local way = math.random(4)
      lines[#lines + 1] = way == 1 and "back " .. math.random(5) or way == 2 and "step"
        or "goto " .. math.random(2, 15)
      table.move({ "ps", "objects", "locals" }, 1, 3, #lines + 1, lines)
    end
    local out = prompted(lines)
    local states, count, again = {}, 0, 0
    for step, state in (out .. "before step"):gmatch "before step (%d+)(.-)%f[b]%f[%w]before step" do
      count = count + 1
      local alone = not state:find "lost update" and not state:find "this is the first step"
      if alone and state:find "\nvalue#1" then
        if states[step] then again = again + 1 end
        states[step] = states[step] or state
        assert.equal(states[step], state)
      end
    end
    assert.truthy(count >= 24 and again >= 8, ("%d stops, %d again"):format(count, again))
  end)

  it("quits, and tells what it can do", function()
    local out, status = prompted{ "help", "quit", "print 'not run'" }
    has(out, "back [N]")
    assert.falsy(out:find "not run")
    assert.equal(0, status)
  end)

  it("leaves a script that reads standard input nothing of its own", function()
    local out = prompted({ "line" }, [[line = io.read "l" require "tidelock".yield() print(line)]], "1:0")
    assert.matches("\nnil\n$", out)
  end)
end)

describe("the prompt on a terminal", function()
  local there, path
  before_each(function()
    path = explorer.file(LOST)
    there = terminal.start(("replay -i --schedule='%s' %s"):format(CODE, path))
    there:expect "\nstep %d+> "
  end)

  after_each(function()
    there:close()
    os.remove(path)
  end)

  it("asks, and ends with Ctrl-D", function()
    there:enter("seen or 5", "\n5\nstep %d+> ")
    assert.truthy(there:raw():find("\n\27[33m5\27[0m\r\n", 1, true))
    there:type "\4"
    assert.equal(0, there:status())
  end)

  local function ends_with_interrupt()
    there:type "\3"
    assert.equal(130, there:status())
    for _, line in ipairs(shell.processes(path)) do assert.matches("script %-qfec", line) end
  end

  it("ends with Ctrl-C at the prompt, and leaves nothing", ends_with_interrupt)

  it("ends with Ctrl-C in an endless loop, and leaves nothing", function()
    there:enter "while true do end"
    await(function() return table.concat(shell.processes(path), "\n"):find "%d R" end)
    ends_with_interrupt()
  end)
end)
