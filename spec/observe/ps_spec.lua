-- ipc.ps, and tidelock ps: what each task does, waits for and holds.
local ipc = require "tidelock"
local shell = dofile "spec/support/shell.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

-- The task of this name as ipc.ps shows it, once it is in this state.
local function seen(name, state, space)
  local limit = ipc.now() + PATIENCE
  repeat
    for _, task in ipairs(ipc.ps(space)) do
      if task.name == name and task.state == state then return task end
    end
    ipc.sleep(0.002)
  until ipc.now() > limit
  error(("no task %q is %s"):format(name, state))
end

local function start(name, f)
  local p = ipc.process{ name = name, target = f }
  return p:start()
end

-- A task of this name that holds `lock` until `done` is set.  It is not main, as what other specs took and dropped
-- counts as main's until it is collected, and a task tells no more than 16.
local function holder(name, lock, done)
  local held = ipc.event()
  local p = start(name, function()
    lock:acquire()
    held:set()
    done:wait()
    lock:release()
  end)
  assert.is_true(held:wait(PATIENCE))
  return p
end

describe("ipc.ps", function()
  it("tells what each task waits for, at which line, and what it holds", function()
    local pan, salt = ipc.lock{ name = "pan" }, ipc.lock{ name = "salt" }
    local seats = ipc.semaphore{ value = 2, bounded = true, name = "seats" }
    local done = ipc.event()
    local cook = holder("cook", salt, done)
    local p = start("chef-1", function()
      pan:acquire()
      seats:acquire()
      salt:acquire()
    end)
    local task = seen("chef-1", "waiting")
    assert.equal(p.pid, task.pid)
    assert.truthy(task.waits:find('^acquire lock#%d+ "salt": held by cook %(pid %d+%), 1 waiting$'), task.waits)
    assert.truthy(task.where:find("^spec/observe/ps_spec.lua:%d+$"))
    assert.truthy(task.since >= 0)
    table.sort(task.holds)
    assert.truthy(table.concat(task.holds, " "):find('^lock#%d+ "pan" semaphore#%d+ "seats"$'))
    assert.truthy(seen("cook", "waiting").holds[1]:find('"salt"'))
    assert.equal(ipc.getpid(), seen("main", "running").pid)
    done:set()
    assert.is_true(p:join(PATIENCE))
    assert.is_true(cook:join(PATIENCE))
  end)

  it("tells sleepers, stopped tasks and those that are blocked elsewhere", function()
    local sleeper = start("sleeper", function() ipc.sleep() end)
    assert.is_nil(seen("sleeper", "sleeping").waits)
    sleeper:suspend()
    seen("sleeper", "stopped")
    sleeper:kill()
    local reader = start("reader", function() io.popen("sleep 60"):read() end)
    seen("reader", "blocked")
    reader:kill()
    local busy = start("busy", function() while true do ipc.yield() end end)
    seen("busy", "running")
    busy:kill()
  end)

  it("tells a wait for descriptors, whether or not there is something to do meanwhile", function()
    local function run() ipc.command{ "sleep", "60" }:join() end
    local idle = start("idle", run)
    local busy = start("attentive", function()
      ipc.on_signal("USR1", function() end)
      run()
    end)
    for _, name in ipairs{ "idle", "attentive" } do
      local task
      repeat task = seen(name, "blocked") until task.where -- it is blocked while it starts the command, too
      assert.matches("^spec/observe/ps_spec.lua:%d+$", task.where)
      assert.truthy(task.since >= 0)
    end
    idle:kill()
    busy:kill()
  end)

  it("finds who waits for the first of several", function()
    local p, q = start("any", function() ipc.wait{ ipc.event(), ipc.queue() } end), nil
    assert.is_nil(q)
    assert.truthy(seen("any", "waiting").waits:find("^wait event#%d+"))
    p:kill()
  end)

  it("leaves no trace, though it looks while objects come and go", function()
    local stop = ipc.event()
    local list = {}
    for n = 1, 4 do
      list[n] = start("churn-" .. n, function()
        while not stop:is_set() do
          local l, q = ipc.lock(), ipc.queue()
          l:acquire()
          q:get(0.0001)
          l:release()
        end
      end)
    end
    for _ = 1, 300 do assert.truthy(#ipc.ps() >= 5) end
    stop:set()
    tasks.succeed(list)
  end)

  it("refuses what is no space", function()
    assert.truthy(select(2, pcall(ipc.ps, 5)):find("ps: a space is expected, as ipc.open returns it", 1, true))
  end)
end)

describe("the program", function()
  local NAME = "ps-" .. ipc.getpid()
  local function tool(words) return shell.run(shell.tidelock .. " " .. words) end

  teardown(function() tool("rm " .. NAME) end)

  it("prints the tasks of another program: tidelock ps PID", function()
    local l, done, known = ipc.lock{ name = "till" }, ipc.event(), {}
    for _, task in ipairs(ipc.ps()) do known[task.name] = true end -- of other specs, too
    local cashier = holder("cashier", l, done)
    local p = start("buyer", function() l:acquire() end)
    seen("buyer", "waiting")
    local out, err, status = tool("ps " .. ipc.getpid())
    assert.equal("", err)
    assert.equal(0, status)
    assert.truthy(out:find("^TASK +PID  STATE\n"), out)
    assert.truthy(out:find('buyer +' .. p.pid .. '  waiting +%d+%.%d s  acquire lock#%d+ "till": held by cashier '
      .. '%(pid %d+%), 1 waiting  at spec/observe/ps_spec.lua:%d+\n'), out)
    assert.truthy(out:find('cashier +' .. cashier.pid .. '  waiting[^\n]*\n +holds lock#%d+ "till"\n'), out)
    assert.truthy(out:find('main +' .. ipc.getpid() .. '  blocked'), out)
    done:set()
    assert.is_true(p:join(PATIENCE))
    assert.is_true(cashier:join(PATIENCE))
    for _, task in ipairs(ipc.ps()) do assert.is_true(known[task.name], task.name) end
  end)

  it("tells no time of a program that has a clock of its own: tidelock --sim", function()
    local out = shell.script(([[local ipc = require "tidelock"
      local q = ipc.queue{ name = "orders" }
      ipc.process{ name = "eater", target = q.get, args = { q } }:start()
      ipc.sleep(3600)
      os.execute "%s ps $PPID"
      q:put(1)]]):format(shell.tidelock), nil, nil, "--sim=1")
    assert.matches('\neater +%d+  waiting +get queue#1 "orders"', out)
  end)

  it("prints the tasks, objects and spaces: tidelock ps SPACE, ls", function()
    local s = ipc.open(NAME)
    s.lock("till"):acquire()
    s.queue("orders", 3):put(1)
    local p = start("buyer", function() s.lock("till"):acquire() end)
    assert.truthy(seen("buyer", "waiting", s).waits:find('^acquire lock#1 "till": held by main'))
    local out = tool("ps " .. NAME)
    assert.truthy(out:find('buyer +%d+  waiting +%d+%.%d s  acquire lock#1 "till": held by main'), out)
    assert.truthy(out:find('holds lock#1 "till"\n'), out)
    assert.is_nil(out:find("main.*main +%d+  ")) -- the tool itself
    out = tool("ls " .. NAME)
    assert.truthy(out:find('lock#1 "till": held by main %(pid %d+%), 1 waiting\n'), out)
    assert.truthy(out:find('queue#1 "orders": 1 of 3 messages', 1, true), out)
    out = tool("ls")
    assert.truthy(out:find(NAME:gsub("%-", "%%-") .. " +2 objects +2 tasks +%d%.%d of 1024 MiB\n"), out)
    s.lock("till"):release()
    p:join(PATIENCE)
  end)

  it("moves no cursor by what is named so", function()
    local s, done = ipc.open(NAME), ipc.event()
    local p = holder("a\27[2Jb\u{9b}c\nd", s.lock "e\27[2J\u{9b}f", done)
    for _, words in ipairs{ "ps " .. NAME, "ps " .. ipc.getpid(), "top --once " .. NAME, "ls " .. NAME } do
      local out = tool(words)
      assert.is_nil(out:gsub("\n", ""):find "%c" or out:find "\u{9b}", out)
      assert.truthy(out:find("e?[2J?", 1, true), out)
    end
    done:set()
    assert.is_true(p:join(PATIENCE))
    s:remove "e\27[2J\u{9b}f"
  end)

  it("removes objects and spaces: tidelock rm", function()
    local s = ipc.open(NAME)
    s.value("v", 1)
    local _, _, status = tool("rm " .. NAME .. " v")
    assert.equal(0, status)
    for _, o in ipairs(s:list()) do assert.are_not.equal("v", o.name) end
    local _, err, failed = tool("rm " .. NAME .. " v")
    assert.equal(1, failed)
    assert.truthy(err:find("tidelock rm: v: there is no such object in the space", 1, true))
    assert.equal(0, select(3, tool("rm " .. NAME)))
    _, err, failed = tool("rm " .. NAME)
    assert.equal(1, failed)
    assert.truthy(err:find("there is no such space; tidelock ls shows those there are", 1, true))
  end)

  it("says what is wrong with what its tools are given", function()
    for words, text in pairs{
      ["ps 1 2"] = "ps is of one program or space, and '2' is a second\nusage: tidelock ps [PID|SPACE|ADDRESS]",
      ["rm"] = "usage: tidelock rm SPACE|ADDRESS [NAME]",
      ["ls a b"] = "usage: tidelock ls [SPACE|ADDRESS]",
      ["ps 1"] = "tidelock ps: 1: this process is no program of tidelock, or not yours",
      ["ps 99999999"] = "tidelock ps: 99999999: there is no such process",
      ["ps no-such-space"] = "tidelock ps: no-such-space: there is no such space",
      ["ls no/such"] = "tidelock ls: no/such: a name is letters, digits",
      ["rm no/such"] = "tidelock rm: no/such: a name is letters, digits",
    } do
      local out, err, status = tool(words)
      assert.equal("", out)
      assert.equal(words == "ps 1 2" and 2 or 1, status)
      assert.truthy(err:find(text, 1, true), err)
    end
  end)
end)
