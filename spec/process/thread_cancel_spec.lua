-- ipc.spawn_thread, and t:cancel(): a thread's next wait raises `cancelled`.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"

-- until it is asleep in some wait
local function asleep(t, space)
  await(function()
    for _, task in ipairs(ipc.ps(space)) do
      local state = task.state -- blocked: for descriptors, where it tells where it waits
      local waits = state == "waiting" or state == "sleeping" or state == "blocked" and task.where
      if task.name == t.name and waits then return true end
    end
  end)
  return t
end

-- each waits for ever, in a thread
local waits = {
  ["queue:get"] = function() require "tidelock".queue():get() end,
  ["queue:get with a timeout"] = function() require "tidelock".queue():get(1000) end,
  ["queue:put"] = function()
    local q = require "tidelock".queue(1)
    q:put(1)
    q:put(2)
  end,
  ["queue:items"] = function() for _ in require "tidelock".queue():items() do end end,
  ["pipe:recv"] = function()
    local a, b = require "tidelock".pipe()
    a:recv()
    b:close()
  end,
  ["lock:acquire"] = function(lock) lock:acquire() end,
  ["lock:with"] = function(lock) lock:with(print) end,
  ["semaphore:acquire"] = function() require "tidelock".semaphore(0):acquire() end,
  ["event:wait"] = function() require "tidelock".event():wait() end,
  ["latch:wait"] = function() require "tidelock".latch(1):wait() end,
  ["barrier:wait"] = function() require "tidelock".barrier(2):wait() end,
  ["condition:wait"] = function()
    local c = require "tidelock".condition()
    c:with(c.wait, c)
  end,
  ["rwlock:read"] = function(_, rwlock) rwlock:read() end,
  ["rwlock:write"] = function(_, rwlock) rwlock:write() end,
  ["ipc.sleep"] = function() require "tidelock".sleep(1000) end,
  ["ipc.sleep for ever"] = function() require "tidelock".sleep() end,
  ["ipc.wait"] = function()
    local here = require "tidelock"
    here.wait{ here.queue(), here.event() }
  end,
  ["listener:accept"] = function() require "tidelock".listen "tcp:127.0.0.1:0":accept() end,
  ["command:join"] = function()
    local c = require "tidelock".command("sleep", "1000")
    local _, why = pcall(c.join, c)
    c:kill() -- at its end the thread awaits it
    error(why, 0)
  end,
  ["process:join"] = function()
    local here = require "tidelock"
    here.process{ target = function() here.sleep(1000) end, daemon = true }:start():join()
  end,
  ["future:get"] = function()
    local here = require "tidelock"
    here.pool(1):submit(function() here.sleep(1000) end):get()
  end,
}

describe("a thread that is cancelled", function()
  for name, wait in pairs(waits) do
    it("is woken in " .. name, function()
      local lock, rwlock = ipc.lock(), ipc.rwlock()
      lock:acquire()
      rwlock:write()
      local t = asleep(ipc.spawn_thread(wait, lock, rwlock))
      assert.is_true(t:cancel())
      assert.same({ nil, "cancelled" }, { t:result(60) })
      assert.equal(1, t.exitcode)
      assert.is_false(t:cancel())
    end)
  end

  it("is woken in a space", function()
    local s = dofile "spec/support/space.lua"
    local q = s.queue "cancel-q"
    local t = asleep(ipc.spawn_thread(function() q:get() end), s)
    t:cancel()
    assert.same({ nil, "cancelled" }, { t:result(60) })
  end)

  it("may be so before it waits", function()
    local go = ipc.value(0)
    local t = ipc.spawn_thread(function()
      while go:get() == 0 do ipc.yield() end
      local q = ipc.queue()
      q:put(1)
      local got = q:get() -- there is one: no wait
      local ok, why = pcall(q.get, q)
      return got, ok, why
    end)
    t:cancel()
    t:cancel()
    go:set(1)
    local got, ok, why = t:result(60)
    assert.same({ 1, false }, { got, ok })
    assert.matches("spec/process/thread_cancel_spec.lua:%d+: cancelled$", why)
  end)

  it("is told once, and may go on", function()
    local q, told = ipc.queue(), ipc.event()
    local t = asleep(ipc.spawn_thread(function()
      local ok = pcall(q.get, q)
      told:set()
      return ok, q:get()
    end))
    t:cancel()
    assert.is_true(told:wait(60))
    q:put("more")
    assert.same({ false, "more" }, { t:result(60) })
    assert.equal(0, t.exitcode)
  end)

  it("has its condition's lock when it is told", function()
    local c = ipc.condition()
    local t = asleep(ipc.spawn_thread(function()
      c:acquire()
      local ok = pcall(c.wait, c)
      c:release() -- raises where it has not
      return ok
    end))
    t:cancel()
    assert.is_false(t:result(60))
  end)

  it("releases by with what it holds, and loses no message", function()
    local q, lock, counted = ipc.queue(1), ipc.lock(), ipc.value(0)
    local t = ipc.spawn_thread(function()
      lock:with(function() for _, v in q:items() do counted:add(v) end end)
    end)
    local sent = 0
    for i = 1, 2000 do
      if i == 1000 then t:cancel() end
      if not q:put(1, i < 1000 and 60 or 0.2) then break end
      sent = sent + 1
    end
    assert.same({ nil, "cancelled" }, { t:result(60) })
    assert.equal(sent, counted:get() + #q)
    assert.is_true(lock:acquire(0))
  end)

  it("joins its children at its end all the same", function()
    local gate, done = ipc.event(), ipc.value(0)
    local t = asleep(ipc.spawn_thread(function()
      ipc.spawn_thread(function()
        gate:wait()
        done:set(1)
      end)
      ipc.sleep()
    end))
    t:cancel()
    assert.same({ nil, "timeout" }, { t:join(0) })
    t:cancel()
    gate:set()
    t:join()
    assert.equal(1, done:get())
  end)

  it("can be asked by another process, and by itself", function()
    local t = asleep(ipc.spawn_thread(function() ipc.sleep() end))
    assert.is_true(ipc.spawn(function() return t:cancel() end):result())
    assert.same({ nil, "cancelled" }, { t:result(60) })
    t = ipc.spawn_thread(function()
      ipc.current():cancel()
      ipc.sleep()
    end)
    assert.same({ nil, "cancelled" }, { t:result(60) })
  end)

  it("does not hand that on to what it forks", function()
    local t = ipc.spawn_thread(function()
      ipc.current():cancel()
      local p = ipc.spawn(function()
        ipc.sleep(0.001)
        return "slept"
      end)
      local ok = pcall(ipc.sleep)
      return ok, p:result()
    end)
    assert.same({ false, "slept" }, { t:result(60) })
  end)

  it("must be a thread, and started", function()
    local t = ipc.thread(function() end)
    assert.error_matches(function() t:cancel() end, "cancel: not started yet; call start first")
    assert.error_matches(function() ipc.current():cancel() end, "a thread can be cancelled; end a process by terminate")
  end)
end)

describe("ipc.spawn_thread", function()
  it("is a thread, started", function()
    assert.equal(5, ipc.spawn_thread(function(a, b) return a + b end, 2, 3):result())
    local t = ipc.spawn_thread{ target = function() return "a" end, name = "worker" }
    assert.same({ "a", "worker" }, { t:result(), t.name })
    assert.error_matches(function() t:start() end, "start")
    assert.error_matches(function() ipc.spawn_thread(3) end, "spawn_thread: the function to run")
  end)
end)
