-- What is said of the dead: nothing, from the moment of their death on, whether or not a call has noticed it.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local PATIENCE = 20

-- Kills it, and waits for its end without a call of the runtime that would notice that.
local function end_of(process)
  local pid, limit = process.pid, os.time() + PATIENCE
  process:kill()
  repeat
    local file = io.open(("/proc/%d/stat"):format(pid))
    local state = file and file:read("a"):match("%) (%a)") or "X"
    if file then file:close() end
    assert(os.time() < limit, "not dead")
  until state == "Z" or state == "X"
end

-- A process that does so with the object, and stays.
local function with(object, act, blocks)
  local at_it = ipc.event()
  local p = ipc.process{ name = "late", target = function()
    if blocks then at_it:set() end
    act(object)
    at_it:set()
    ipc.sleep()
  end }:start()
  assert(at_it:wait(PATIENCE))
  return p
end

describe("nothing names the dead:", function()
  local function says(object, before, after)
    return function(act, blocks)
      local p = with(object, act, blocks)
      await(function() return tostring(object):find(before) end)
      end_of(p)
      local text = tostring(object)
      assert.truthy(text:find(after), text)
      assert.falsy(text:find("late", 1, true), text)
    end
  end

  for _, kind in ipairs{ "lock", "rlock" } do
    it("a " .. kind, function()
      local lock = ipc[kind]()
      says(lock, "held by late", "free, abandoned")(function() lock:acquire() end)
      local p = with(lock, function() lock:acquire() end)
      assert.equal("late", lock.holder)
      end_of(p)
      assert.is_nil(lock.holder)
      p = with(lock, function() lock:acquire() end)
      end_of(p)
      local ok, why = pcall(lock.release, lock)
      assert.truthy(not ok and not why:find("late", 1, true), why)
    end)
  end

  it("an rwlock", function()
    local rw = ipc.rwlock()
    says(rw, "written by late", "read by 0, 0 waiting")(function() rw:write() end)
    says(rw, "read by 1", "read by 0, 0 waiting")(function() rw:read() end)
    rw:write()
    says(rw, "1 waiting to read", "0 waiting to read")(function() rw:read() end, true)
  end)

  it("a semaphore", function()
    local s = ipc.semaphore{ value = 1, bounded = true }
    says(s, "0 of 1 free", "1 of 1 free, 0 waiting")(function() s:acquire() end)
    s:acquire()
    says(s, "1 waiting", "0 waiting")(function() s:acquire() end, true)
  end)

  it("a condition", function()
    local c = ipc.condition()
    says(c, "held by late", "its lock is free")(function() c:acquire() end)
    says(c, "1 waiting", "0 waiting")(function() c:with(function() c:wait() end) end, true)
  end)

  it("a barrier", function()
    local b = ipc.barrier(2)
    says(b, "1 of 2 waiting", "0 of 2 waiting, broken")(function() b:wait() end, true)
    for _, field in ipairs{ "waiting", "broken" } do
      b:reset()
      local p = with(b, function() b:wait() end, true)
      await(function() return b.waiting == 1 end)
      end_of(p)
      assert.equal(field == "waiting" and 0 or true, b[field])
    end
  end)

  it("a queue, an event, a latch", function()
    local q, e, l = ipc.queue(), ipc.event(), ipc.latch(1)
    says(q, "1 getting", "0 getting")(function() q:get() end, true)
    says(e, "1 waiting", "0 waiting")(function() e:wait() end, true)
    says(l, "1 waiting", "0 waiting")(function() l:wait() end, true)
  end)

  it("a process", function()
    local p = with(nil, function() end)
    assert.truthy(tostring(p):find("running", 1, true))
    end_of(p)
    assert.truthy(tostring(p):find("ended", 1, true))
  end)
end)
