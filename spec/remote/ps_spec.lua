-- What ps and top of this machine tell of a task that waits for something on a server.
local ipc = require "tidelock"
local engine = dofile "spec/support/engine.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

describe("a task that waits for something on a server", function()
  local function is_shown(prepare)
    if engine.missing then return pending(engine.missing) end
    local s = ipc.open(engine.shared():address(("ps-%d"):format(ipc.getpid())))
    local lock, orders = s.lock "till", s.queue "orders"
    lock:acquire()
    local p = ipc.process{ name = "far eater", daemon = true, target = function()
      if prepare then prepare() end
      lock:acquire()
      lock:release()
      orders:get()
    end }
    p:start()

    local function shown(waits)
      local deadline = ipc.now() + PATIENCE
      repeat
        assert(ipc.now() < deadline, "it is not shown")
        ipc.sleep(0.01)
        for _, task in ipairs(ipc.ps()) do
          if task.name == "far eater" and task.waits == waits then return task end
        end
      until false
    end

    local where = tostring(s):match "redis.*"
    local task = shown('acquire lock "till" at ' .. where)
    assert.equal("waiting", task.state)
    assert.truthy(task.where:find "ps_spec%.lua:15$", task.where)
    assert.is_true(task.since > 0 and task.since < PATIENCE)
    local out = shell.run(("%s ps %d; %s top --once %d"):format(shell.tidelock, ipc.getpid(), shell.tidelock,
      ipc.getpid()))
    local line = 'far eater +%d+ +waiting +%d+%.%d s [^\n]*acquire lock "till" at [^\n]*ps_spec%.lua:15'
    local _, lines = out:gsub(line, "")
    assert.equal(2, lines, out)
    lock:release()
    shown('get queue "orders" at ' .. where)
    orders:put(1)
    assert.is_true(p:join(PATIENCE))
    s:remove()
  end

  it("is shown with that, where in the script, and since when, until it goes on", function() is_shown() end)

  it("is shown so where it has something to do meanwhile", function()
    is_shown(function() ipc.on_signal("USR2", function() end) end)
  end)
end)
