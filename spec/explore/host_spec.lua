-- The host, by which the explorer's Lua runs schedules: bindings/explore/host/host.h.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local explorer = dofile "spec/support/explorer.lua"

-- What the explorer prints, which must go well.
local function explored(code, script, arguments, environment)
  local out, err, status = explorer.run(code, script, arguments, environment)
  assert.equal("", err)
  assert.equal(0, status)
  return out
end

local TWO = [[
local ipc = require "tidelock"
local queue = ipc.queue(2, "fifo", "orders")
local buyer = ipc.process{ name = "buyer", target = function() queue:put(7) end }
buyer:start()
print(queue:get())
buyer:join()
]]

local MOVES = [[
local function moves_of(events)
  local list = {}
  for _, event in ipairs(events) do
    list[#list + 1] = event.how == "clock" and "t" or event.how == "wakes" and "w" .. event.woken
      or event.how == "answer" and "=" .. event.answer
      or event.how == "dies" and event.killed and "k" .. event.task or event.task
  end
  return table.concat(list, " ")
end
]]

describe("a schedule", function()
  it("passes, and gives an account of itself", function()
    local out = explored([[
      local runs = open()
      local account = run(runs)
      print(account.ending, account.message, account.steps > 5, account.time, account.real > 0, account.wrote_files)
      io.write(runs:output(1))]], TWO)
    assert.equal("passed\t\ttrue\t0.0\ttrue\tfalse\n7\n", out)
  end)

  it("has its arguments, its name and a fresh state, as in an ordinary run", function()
    local script = [[
      count = (count or 0) + 1
      assert(not os.getenv "TIDELOCK_EXPLORED")
      print(count, arg[0], #arg, ...)]]
    local out, _, _, path = explorer.run([[
      local runs = host.open{ script = script, arguments = { select(3, ...) }, jobs = 1 }
      for i = 1, 2 do run(runs) io.write(runs:output(1)) end]], script, "a 'b c'")
    assert.equal(("1\t%s\t2\ta\tb c\n1\t%s\t2\ta\tb c\n"):format(path, path), out)
  end)

  for _, row in ipairs{
    { "error", [[error "boom"]], "boom" },
    { "error", [[require "tidelock".spawn(function() error "boom" end):join()]], "boom" },
    { "status", [[os.exit(3)]], "exit status 3" },
    { "deadlock", [[require "tidelock".queue(1):get()]], "waits" },
  } do
    it("ends by " .. row[1] .. ": " .. row[2], function()
      local out = explored([[local account = run(open()) print(account.ending, account.message)]], row[2])
      assert.equal(row[1], out:match "^%w+")
      assert.truthy(out:find(row[3], 1, true), out)
    end)
  end

  it("that fails has the next one run as if it had not been", function()
    local out = explored([[
      local runs = open()
      for i = 1, 3 do print(run(runs).ending) end]], [[
      local ipc = require "tidelock"
      ipc.spawn(function() ipc.sleep(1000) end)
      ipc.spawn(function() os.exit(1) end)
      error "boom"]])
    assert.equal(("error\n"):rep(3), out)
  end)

  it("reads the same standard input as every other", function()
    local command, own, path = explorer.command([[
      local runs = open{ jobs = 2 }
      for i = 1, 4 do local _, worker = run(runs, {}, i % 2 + 1) io.write(runs:output(worker)) end]],
      [[io.write(io.read "l", "-", io.read "a")]])
    local out = shell.run([[printf "one\ntwo\n" | ]] .. command)
    os.remove(own)
    os.remove(path)
    assert.equal(("one-two\n"):rep(4), out)
  end)

  it("waits for the end of a standard input that stays open, and says so", function()
    local command, own, path = explorer.command([[local runs = open() run(runs) io.write(runs:output(1))]],
      [[print(io.read "a")]])
    local told = os.tmpname()
    local out = shell.run(("(printf one; until grep -q waits %s; do sleep 0.1; done; printf two) | %s 2>%s"):format(
      told, command, told))
    local err = files.read(told)
    for _, name in ipairs{ own, path, told } do os.remove(name) end
    assert.equal("onetwo\n", out)
    assert.matches("^tidelock: waits for the end of the standard input", err)
  end)

  it("does not take more than 64 MiB of standard input", function()
    local command, own, path = explorer.command([[print(select(2, pcall(open)))]], "")
    local out = shell.run("head -c 70000000 /dev/zero | " .. command)
    os.remove(own)
    os.remove(path)
    assert.equal("more than 64 MiB of standard input cannot be kept for the schedules\n", out)
  end)

  it("has what it writes to stdout and stderr in order, and nothing of an earlier one", function()
    local out = explored([[
      local runs = open()
      for i = 1, 2 do run(runs) io.write(runs:output(1)) end]],
      [[io.write "1 " io.flush() io.stderr:write "2 " print "3"]])
    assert.equal("1 2 3\n1 2 3\n", out)
  end)

  it("shows a MiB of its output, and says that there is more", function()
    local out = explored([[
      local runs = open()
      print(run(runs).ending)
      local text = runs:output(1)
      print(#text < 2 ^ 20 + 100, text:sub(-100))]], [[for i = 1, 300 do io.write(("x"):rep(10000)) end]])
    assert.matches("^passed\ntrue\tx+\n%.%.%. %(there is more", out)
  end)

  it("in which nobody takes a step is ended, and tells who runs", function()
    local out = explored([[
      local runs = open{ patience = 0.3 }
      local account = run(runs)
      print(account.ending, account.message)
      print(run(runs).ending)]], [[
      local ipc = require "tidelock"
      local process = ipc.process{ name = "loops", target = function()
        ipc.yield()
        while true do end
      end }
      process:start()
      process:join()]])
    assert.matches("^hangs\tnobody takes a step, in real time: loops waits, or runs in a circle; it came last to "
      .. "[^\n]*:3\nhangs\n$", out)
  end)

  it("that prints without end is ended", function()
    local out = explored([[local account = run(open()) print(account.ending, account.message)]],
      [[while true do print(("x"):rep(2 ^ 20)) end]])
    assert.equal("hangs\tit prints without end: more than 64 MiB\n", out)
  end)

  it("is the same for the same moves, whichever worker runs it", function()
    local out = explored(MOVES .. [[
      local runs = open{ jobs = 2 }
      for seed = 1, 20 do
        local account = run(runs, { strategy = "random", seed = seed })
        local moves = moves_of(runs:events(1))
        for worker = 1, 2 do
          local again = run(runs, { moves = moves }, worker)
          if again.deviations > 0 or again.hash ~= account.hash then print(seed, worker, again.deviations) end
        end
      end]], TWO .. "print(math.random(1000), {})")
    assert.equal("", out)
  end)
end)

describe("the events of a schedule", function()
  it("name task, operation, object and line", function()
    local out, _, _, path = explorer.run([[
      local runs = open()
      run(runs)
      local objects, tasks = runs:objects(1), runs:tasks(1)
      for _, event in ipairs(runs:events(1)) do
        if event.kind == "queue" and event.op ~= "queue" then
          print(event.task, event.how, event.op, event.name, event.access, objects[event.object].title, event.line)
        end
      end
      print(tasks[1].path, tasks[1].name, tasks[2].path, tasks[2].name, tasks["1"] == tasks[2], tasks[2].parent)
    ]], TWO)
    assert.truthy(path)
    assert.truthy(out:find('1\tbegins\tput\tQUEUE_PUT\twrites\tqueue "orders"\t3\n', 1, true), out)
    assert.truthy(out:find('0\tbegins\tget\tQUEUE_GET\twrites\tqueue "orders"\t5\n', 1, true), out)
    assert.truthy(out:find "0\tmain\t1\tbuyer\ttrue\t0\n$", out)
  end)
end)

describe("a script", function()
  for _, row in ipairs{
    { "that cannot be found", "/no/such.lua", "tidelock: cannot open /no/such.lua: No such file or directory\n"
      .. "Give the path of a script, or code to run: tidelock -e 'print(1)'.  See tidelock --help." },
  } do
    it(row[1] .. " is told as in an ordinary run", function()
      local out = explored(([[print(select(2, pcall(open, { script = %q })))]]):format(row[2]), "")
      assert.equal(row[3]:gsub("^tidelock: ", "") .. "\n", out)
      assert.equal(row[3] .. "\n", (select(2, shell.run(shell.tidelock .. " " .. row[2]))))
    end)
  end

  it("that does not parse is told as in an ordinary run", function()
    local out, _, _, path = explorer.run([[print(select(2, pcall(open)))]], "x y z")
    assert.equal(path .. ":1: syntax error near 'y'\n", out)
  end)

  it("runs LUA_INIT in each schedule", function()
    local out = explored([[local runs = open() for i = 1, 2 do run(runs) io.write(runs:output(1)) end]],
      [[print(set)]], "", [[LUA_INIT="set = require'tidelock'.queue(1):size()"]])
    assert.equal("0\n0\n", out)
  end)
end)

describe("misuse of the host", function()
  for _, row in ipairs{
    { [[host.open{ script = script, jobs = 0 }]], "the number of jobs is from 1 to 64" },
    { [[host.open{}]], "a script is needed" },
    { [[local runs = open() runs:start(2, {})]], "there is no such worker" },
    { [[local runs = open() runs:start(1, {}) runs:start(1, {})]], "the worker runs a schedule already" },
    { [[local runs = open() runs:start(1, { moves = "0*3 x" })]], "the schedule is wrong at 'x'" },
    { [[local runs = open() runs:start(1, { strategy = "luck" })]], "there is no strategy 'luck'" },
    { [[local runs = open() runs:close() runs:close() runs:start(1, {})]], "the host is closed" },
  } do
    it("is told: " .. row[2], function()
      local out = explored(([[print(select(2, pcall(function() %s end)))]]):format(row[1]), "")
      assert.truthy(out:find(row[2], 1, true), out)
    end)
  end
end)
