-- ipc.process: how processes start, end and are told.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

describe("a process", function()
  it("sees what the script had defined, and returns any values", function()
    local list = { 1, 2 }
    local p = ipc.process(function(a, b) return #list, a, b, nil end, "x", nil)
    list[3] = 3
    assert.is_nil(p.pid)
    assert.is_false(p:is_alive())
    assert.equal(p, p:start())
    assert.same({ 3, "x" }, { p:result(PATIENCE) })
    assert.equal(4, select("#", p:result()))
    assert.equal(0, p.exitcode)
    assert.is_true(p:join())
  end)

  it("takes options", function()
    local p = ipc.process{ target = function(...) return select("#", ...), ... end, args = { 1, 2 }, name = "worker",
      daemon = true }
    assert.equal("worker", p.name)
    assert.is_true(p.daemon)
    p.daemon = false
    assert.same({ 2, 1, 2 }, { p:start():result(PATIENCE) })
    assert.has_error(function() p.daemon = true end)
    assert.has_error(function() p.name = "other" end)
    assert.has_error(function() ipc.process{ target = print, demon = true } end)
    assert.has_error(function() ipc.process("no function") end)
  end)

  it("takes as many arguments as n says, and refuses an n that is no count", function()
    local function count(...) return select("#", ...) end
    for _, n in ipairs{ 3, 3.0 } do
      assert.equal(3, ipc.process{ target = count, args = { 1, nil, nil, n = n } }:start():result(PATIENCE))
      local t = ipc.thread{ target = function(...) return select("#", ...) end, args = { 1, n = n } }
      assert.equal(3, t:start():result(PATIENCE))
    end
    local given = ipc.value(0)
    local pool = ipc.pool{ workers = 1, initializer = function(...) given:set(select("#", ...)) end,
      initargs = { n = 2.0 } }
    assert.equal(2, pool:apply(function() return given:get() end))
    assert.equal(4, pool:apply_async(count, { n = 4.0 }):get(PATIENCE))
    for _, n in ipairs{ -1, 2.5, "2", 1e15, {} } do
      for what, make in pairs{
        ["args.n must be an integer from 0 to 200000, not "] =
          function() ipc.process{ target = count, args = { n = n } } end,
        ["the arguments' n must be an integer"] = function() pool:apply_async(count, { n = n }) end,
        ["initargs.n must be an integer"] = function() ipc.pool{ initializer = count, initargs = { n = n } } end,
      } do
        local ok, why = pcall(make)
        assert.is_false(ok)
        assert.matches("^spec/process/process_spec.lua:%d+: ", why)
        assert.truthy(why:find(what, 1, true), why)
      end
    end
    pool:close()
    pool:join()
  end)

  it("that is stopped at the end of the script is told of, which then waits for it", function()
    local _, err, status = shell.script [[
      local ipc = require "tidelock"
      local p = ipc.process{ name = "snail\27[2J", target = function() ipc.sleep() end }:start()
      p:suspend()
      local main = ipc.getpid()
      local line = "(while ! grep -q stopped /proc/%d/fd/2; do sleep 0.05; done; kill -9 %d) &"
      os.execute(line:format(main, p.pid))
      io.stderr:write(p.pid, "\n")]]
    local pid = err:match "^(%d+)\n"
    assert.equal(("%s\ntidelock: the end waits for snail?[2J (pid %s), which is stopped: kill -CONT %s lets it go on, "
      .. "Ctrl-C ends all\n"):format(pid, pid, pid), err)
    assert.equal(0, status)
  end)

  it("starts once, and is joined by others, after its start", function()
    local p = ipc.process(function() end)
    assert.has_error(function() p:join() end)
    p:start()
    assert.has_error(function() p:start() end)
    assert.is_true(p:join(PATIENCE))
    assert.has_error(function() ipc.current():join() end)
  end)

  it("says how it ended", function()
    local function code(fn)
      local p = ipc.spawn(fn)
      p:join(PATIENCE)
      return p.exitcode
    end
    assert.equal(0, code(function() end))
    assert.equal(7, code(function() os.exit(7) end))
    assert.equal(0, code(function() os.exit(true) end))
    assert.equal(1, code(function() os.exit(false) end))
    local p = ipc.spawn(function() ipc.sleep() end)
    assert.is_nil(p.exitcode)
    p:terminate()
    p:join(PATIENCE)
    assert.equal(-15, p.exitcode)
    assert.truthy(select(2, p:result()):find("killed by signal 15"))
    p = ipc.spawn(function() ipc.sleep() end)
    p:signal(10)
    assert.is_true(p:join(PATIENCE))
    assert.equal(-10, p.exitcode)
  end)

  it("gives its error, with the traceback, and prints it as one block", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local p = ipc.process{ name = "failing", target = function() error("on purpose") end }:start()
      local value, why = p:result()
      print(value, why)
      print(p.exitcode, ipc.spawn(function() error{ code = 3 } end):result())
    ]])
    assert.equal(0, status, err)
    assert.truthy(out:find("^nil\t[^\n]*:2: on purpose\nstack traceback:\n"), out)
    assert.truthy(out:find("\n1\tnil\ttable: "), out)
    local block = '^tidelock: process "failing" %(pid %d+%) failed: [^\n]*:2: on purpose\nstack traceback:'
    assert.truthy(err:find(block), err)
  end)

  it("says so when its result cannot be sent", function()
    local value, why = ipc.spawn(function() return coroutine.create(print) end):result(PATIENCE)
    assert.is_nil(value)
    assert.equal("cannot send result: a coroutine cannot leave its process", why)
  end)

  it("knows its relatives", function()
    assert.equal("main", ipc.current().name)
    assert.equal(ipc.getpid(), ipc.current().pid)
    assert.is_nil(ipc.parent())
    local main = ipc.current()
    local p = ipc.spawn(function()
      return ipc.parent() == main, ipc.current().pid == ipc.getpid(), ipc.getppid() == main.pid, #ipc.children()
    end)
    assert.same({ true, true, true, 0 }, { p:result(PATIENCE) })
    p = ipc.spawn(function() -- which has no children but its own
      local q = ipc.spawn(function() ipc.sleep() end)
      local children = ipc.children()
      q:kill()
      q:join()
      return #children, children[1] == q, #ipc.children()
    end)
    assert.same({ 1, true, 0 }, { p:result(PATIENCE) })
  end)

  it("can be suspended and resumed", function()
    local count = ipc.value(0)
    local p = ipc.spawn(function()
      while true do count:add(1) end
    end)
    await(function() return count:get() ~= 0 end)
    p:suspend()
    assert.truthy(tostring(p):find(": stopped, pid ", 1, true))
    local now = count:get()
    await(function()
      local stat = io.open(("/proc/%d/stat"):format(p.pid))
      local state = stat:read("a"):match("%) (%a)")
      stat:close()
      return state == "T"
    end)
    assert.equal(now, count:get())
    assert.is_true(p:is_alive())
    p:resume()
    await(function() return count:get() ~= now end)
    p:kill()
    p:join()
  end)

  it("draws random numbers of its own", function()
    local function draw() return math.random(1 << 30) end
    local a, b = ipc.spawn(draw):result(), ipc.spawn(draw):result()
    assert.not_equal(a, b)
  end)

  it("is no zombie once anyone has looked", function()
    local p = ipc.spawn(function() end)
    p:join()
    local pipe = io.popen("ps -o stat= -p " .. p.pid)
    assert.equal("", pipe:read("a"))
    pipe:close()
  end)
end)

describe("many processes that start and end at once", function()
  it("all run: none is taken for one that held its slot before", function()
    local value, over = ipc.value(0), ipc.event()
    local sleeper = ipc.spawn(function() over:wait() end) -- who watches the others' slots
    for round = 1, rounds(20) do
      local list = {}
      for n = 1, 60 do list[n] = ipc.spawn(function() value:add(1) end) end
      for _, p in ipairs(list) do
        p:join(PATIENCE)
        assert.equal(0, p.exitcode)
      end
      assert.equal(60 * round, value:get())
    end
    over:set()
    sleeper:join()
  end)
end)

describe("a process that is killed before it has begun", function()
  it("is seen to end, while others start processes too", function()
    local starters, results = {}, {}
    for n = 1, 4 do
      starters[n] = ipc.spawn(function()
        for i = 1, rounds(250) do
          local p = ipc.spawn(function() end)
          p:kill()
          assert(p:join(PATIENCE), "never seen to end: number " .. i)
        end
        return true
      end)
    end
    for n, p in ipairs(starters) do results[n] = { p:result(3 * PATIENCE) } end
    assert.same({ { true }, { true }, { true }, { true } }, results)
  end)
end)

describe("the end of the main script", function()
  it("is not when the module is required once more", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local over = ipc.event()
      ipc.spawn(function() over:wait() end)
      package.loaded.tidelock = nil
      assert(require "tidelock" == ipc)
      collectgarbage()
      collectgarbage()
      print(#ipc.children())
      over:set()
    ]], nil, 30)
    assert.equal(0, status, err)
    assert.equal("1\n", out)
  end)

  it("joins children and ends daemons", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local ready, ended = ipc.event(), ipc.event()
      ipc.process{ daemon = true, target = function() ready:set() ipc.sleep(100) print("never") end }:start()
      ready:wait()
      ipc.spawn(function() ended:wait() dofile "spec/support/asleep.lua" "main" print("joined") end)
      print("main ends")
      ended:set()
    ]], nil, 30)
    assert.equal("main ends\njoined\n", out, err)
    assert.equal(0, status)
  end)

  it("is the end of daemons though it was killed; others live on", function()
    local out = shell.script([[
      local ipc = require "tidelock"
      local q = ipc.queue()
      local d = ipc.process{ daemon = true, target = function() ipc.sleep(100) end }:start()
      local parent = ipc.getpid()
      ipc.spawn(function()
        q:put("works")
        while ipc.getppid() == parent do ipc.yield() end
        io.stdout:write("orphan: ", q:get(), "\n")
      end)
      while #q == 0 do ipc.yield() end
      print(d.pid)
      io.stdout:flush()
      ipc.current():kill()
      ipc.sleep(1)
    ]])
    local pid = out:match("^(%d+)\n")
    assert.truthy(pid, out)
    await(function()
      local pipe = io.popen("ps -o stat= -p " .. pid)
      local state = pipe:read("a")
      pipe:close()
      return state:find("^Z?%s*$") -- a zombie is for init to reap
    end)
  end)

  it("may not be delayed by the children of daemons: they have none", function()
    local p = ipc.process{ daemon = true, target = function() return pcall(ipc.spawn, print) end }:start()
    local ok, why = p:result(PATIENCE)
    assert.is_false(ok)
    assert.equal("daemonic processes are not allowed to have children", (why:gsub("^.-: ", "")))
  end)
end)

describe("print", function()
  it("writes a line whole, whoever else prints", function()
    local out = shell.script([[
      local ipc = require "tidelock"
      for n = 1, 8 do
        ipc.spawn(function() for i = 1, 500 do print(n, ("x"):rep(200), i) end end)
      end
    ]])
    local lines = 0
    for line in out:gmatch("[^\n]*\n") do
      lines = lines + 1
      assert.truthy(line:match("^%d\t" .. ("x"):rep(200) .. "\t%d+\n$"), line)
    end
    assert.equal(4000, lines)
  end)
end)

describe("an error", function()
  local calls = {
    ["lock:with(function() ipc.rlock():with(deep) end)"] = "method 'with'",
    ["ipc.value(1):update(deep)"] = "method 'update'",
    ["ipc.table{ k = 1 }:update(\"k\", deep)"] = "method 'update'",
    ["pcall(lock.with, lock, deep) lock:with(deep)"] = "method 'with'",
  }
  for call, caller in pairs(calls) do
    it("shows where it came from, through " .. call, function()
      local _, err, status = shell.script([[
        local ipc = require "tidelock"
        local lock = ipc.lock()
        local function deeper() error("far down") end
        local function deep() deeper() return 1 end
        local function run() ]] .. call .. [[ return 1 end
        ipc.spawn(run):join()
        run()
      ]])
      assert.equal(1, status)
      local way = "far down\nstack traceback:\n.*'deeper'[^\n]*\n[^\n]*:4: in .*" .. caller .. "\n[^\n]*:5: in "
      for _, block in ipairs{ err:match("(process .*)(tidelock: .*)") } do
        assert.truthy(block:find(way), block)
        assert.falsy(block:find("pcall", 1, true), block)
      end
      assert.equal(2, select(2, err:gsub("stack traceback", "")))
    end)
  end

  it("has no traceback of another one", function()
    local _, err = shell.script([[
      local ipc = require "tidelock"
      local function fails() error("the same", 0) end
      pcall(function() ipc.lock():with(fails) end)
      pcall(error, "another")
      xpcall(error, print, "a third")
      ipc.lock():with(function() local n = 1 return n end)
      error("not that", 0)
    ]])
    assert.falsy(err:find("fails", 1, true), err)
  end)
end)

describe("a process forked behind the runtime's back", function()
  it("is told so", function()
    local ok, unistd = pcall(require, "posix.unistd")
    if not ok then return pending("luaposix is packaged for Lua 5.3") end
    local _, err, status = shell.script([[
      local ipc = require "tidelock"
      local unistd, wait = require "posix.unistd", require "posix.sys.wait"
      local lock = ipc.lock()
      local pid = unistd.fork()
      if pid == 0 then
        local ok, why = pcall(function() lock:acquire() end)
        unistd._exit(not ok and why:find("ipc.process") and 0 or 1)
      end
      local _, _, status = wait.wait(pid)
      assert(status == 0)
      assert(lock:acquire(0))
    ]])
    assert.equal(0, status, err)
    assert.truthy(unistd)
  end)
end)
