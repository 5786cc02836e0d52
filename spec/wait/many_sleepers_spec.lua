-- Where many tasks sleep: who is woken, and who is not.
local ipc = require "tidelock"
local shell = dofile "spec/support/shell.lua"
local shows = dofile "spec/support/shows.lua"
local sleepers = dofile "spec/support/sleepers.lua"
local PATIENCE = 60

describe("among many who sleep", function()
  it("the end of a task wakes a few, not all", function()
    local event, ENDS = ipc.event(), 50
    local tasks = sleepers.start(40, event)
    local before = sleepers.count(tasks)
    for _ = 1, ENDS do assert(ipc.spawn(function() end):join(PATIENCE)) end
    local woken = sleepers.count(tasks) - before
    sleepers.release(tasks, event)
    assert.is_true(woken < 12 * ENDS, woken .. " wakes for " .. ENDS .. " ends")
  end)

  it("one that was notified goes on when the notifier ends with the lock", function()
    local changed = ipc.condition()
    local waits = ipc.spawn(function()
      changed:acquire()
      local ok, why = changed:wait(PATIENCE)
      return ok, why
    end)
    shows(changed, "1 waiting; its lock is free")
    local began = ipc.now()
    ipc.spawn(function() changed:acquire() changed:notify() end):join(PATIENCE)
    waits:join(PATIENCE)
    assert.is_true(ipc.now() - began < PATIENCE / 2)
    assert.equal(0, waits.exitcode)
  end)

  -- each in a program of its own: where there were many tasks once, they keep watch in another way
  for _, many in ipairs{ 0, 12 } do
    for what, call in pairs{ ["sleeps without a look"] = "looks", ["hears of a death"] = "hears" } do
      it("who waits for a connection too " .. what .. ", beside " .. many, function()
        local out, err, status = shell.script(('dofile "spec/support/sleepers.lua".%s(%d)'):format(call, many))
        assert.same({ "", "", 0 }, { out, err, status })
      end)
    end
  end
end)
