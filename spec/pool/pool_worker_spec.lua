-- Workers of a pool: what becomes of their tasks when they die, and when they are replaced.
local ipc = require "tidelock"
local error_of = dofile "spec/support/error_of.lua"
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

local function die()
  ipc.current():kill()
  ipc.sleep()
end

local function list(n)
  local items = {}
  for i = 1, n do items[i] = i end
  return items
end

describe("a worker", function()
  it("is there for each CPU, where no number is given", function()
    local pool = ipc.pool()
    assert.equal(ipc.cpu_count(), pool.workers)
    pool:terminate()
  end)

  it("that dies is replaced; its task fails with how it died", function()
    local pool = ipc.pool(2)
    local pid = pool:apply(ipc.getpid)
    assert.truthy(error_of(pool.apply, pool, die):find("worker pool%-%d+%-worker%-%d+ %(pid %d+%) died: killed by"))
    assert.truthy(error_of(pool.apply, pool, function() os.exit(7) end):find("it exited with status 7", 1, true))
    assert.truthy(error_of(pool.map, pool, die, list(10)):find("died: killed by signal 9", 1, true))
    for _ = 1, 20 do assert.truthy(pool:apply(ipc.getpid) ~= nil) end
    assert.truthy(pid)
    pool:terminate()
  end)

  it("that dies has its task run again, as often as was said", function()
    local pool, runs = ipc.pool{ workers = 2, retry = 2 }, ipc.value(0)
    assert.equal("at last", pool:apply(function()
      if runs:add(1) <= 2 then die() end
      return "at last"
    end))
    runs:set(0)
    assert.truthy(error_of(pool.apply, pool, function()
      runs:add(1)
      die()
    end):find("died", 1, true))
    assert.equal(3, runs:get())
    pool:terminate()
  end)

  it("is replaced while its owner waits for something else", function()
    local pool, q = ipc.pool{ workers = 1, retry = 1 }, ipc.queue()
    local again = ipc.value(0)
    local future = pool:submit(function()
      if again:add(1) == 1 then die() end
      q:put("from the second")
    end)
    assert.equal("from the second", q:get(PATIENCE))
    future:get()
    assert.is_true(pool:apply(function() return collectgarbage("isrunning") end))
    pool:terminate()
  end)

  it("is not replaced once its pool is being collected", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock";
      (function()
        local pool = ipc.pool(1)
        setmetatable({}, { __gc = function() -- before the pool's own
          pcall(pool.apply, pool, function() os.exit(1) end)
          print(pcall(pool.apply, pool, print))
        end })
      end)()
      collectgarbage()
    ]])
    assert.truthy(out:find("false.*pool#1: apply: was closed before"), out)
    assert.same({ "", 0 }, { err, status })
  end)

  it("runs the initializer first", function()
    local function remember(a, b) package.loaded.sum = a + b end
    local pool = ipc.pool{ workers = 2, initializer = remember, initargs = { 40, 1 } }
    assert.equal(42, pool:apply(function() return package.loaded.sum + 1 end))
    pool:terminate()
  end)

  it("whose initializer fails breaks the pool, which says so", function()
    local pool = ipc.pool{ workers = 2, initializer = function() error("no database") end }
    assert.truthy(error_of(pool.apply, pool, print):find("the initializer failed in .*no database"))
    assert.truthy(error_of(pool.map, pool, print, { 1 }):find("no database"))
    local dying = ipc.pool{ workers = 2, initializer = function() os.exit(4) end }
    assert.truthy(error_of(dying.apply, dying, print):find("it exited with status 4", 1, true))
  end)

  it("leaves after max_tasks", function()
    local pool, pids, count = ipc.pool{ workers = 1, max_tasks = 2 }, {}, 0
    for _ = 1, 6 do pids[pool:apply(ipc.getpid)] = true end
    for _ in pairs(pids) do count = count + 1 end
    assert.equal(3, count)
    pool:close()
    assert.is_true(pool:join(PATIENCE))
  end)

  it("survives 1,000 kills: each of 100,000 tasks ends exactly once", function()
    local kills = rounds(1000)
    -- the pid: other runs from this folder have other processes
    local line = ("%s spec/support/storms/pool_storm.lua %d %d %d"):format(shell.tidelock, kills, kills * 100,
      ipc.getpid())
    local out, err, status = shell.run(line, 200)
    assert.equal(0, status, out .. err)
    assert.truthy(out:find(("%d kills: of %d tasks"):format(kills, kills * 100), 1, true), out)
    assert.same({}, shell.processes(line))
  end)
end)
