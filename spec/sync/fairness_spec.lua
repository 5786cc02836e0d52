-- Who waits long is next, whatever is waited for: the same without a name, near and far.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local sleepers = dofile "spec/support/sleepers.lua"
local PATIENCE = 60
-- a hold is longer than a millisecond, after which a near waiter is hungry: see sync/turn.h
local TASKS, TURNS, HOLDS = 5, 50, 0.003

-- How many of TURNS turns each task got, sorted.  Each takes and gives back in a loop, from when all are there and have
-- looked at the object: in a far space a process begins a session by that.
local function turns(object, take, give)
  local list, got, all = {}, ipc.array("int64", TASKS), ipc.value(0)
  local gate = ipc.barrier(TASKS)
  for n = 1, TASKS do
    list[n] = ipc.spawn(function()
      tostring(object)
      gate:wait(PATIENCE)
      while all:get() < TURNS do
        if not take(n) then return false end
        if all:add(1) <= TURNS then got:add(n, 1) end
        ipc.sleep(HOLDS)
        give(n)
      end
      return true
    end)
  end
  for _, p in ipairs(list) do assert.is_true(p:result(PATIENCE)) end
  local counts = {}
  for n = 1, TASKS do counts[n] = got[n] end
  table.sort(counts)
  return counts
end

local function shared(counts)
  assert.is_true(counts[1] >= TURNS // TASKS // 3, table.concat(counts, " "))
end

for _, at in ipairs(both.all) do
  describe("among tasks that take and give back in a loop, " .. at.where .. ", each gets its turns", function()
    local objects = {
      lock = at.lock, rlock = at.rlock, semaphore = at.semaphore, condition = at.condition,
      ["bounded semaphore"] = function() return at.semaphore{ value = 1, bounded = true } end,
    }
    for name, make in pairs(objects) do
      it("of a " .. name, function()
        local object = make()
        shared(turns(object, function() return object:acquire(PATIENCE) end, function() object:release() end))
      end)
    end

    it("of a semaphore with two seats", function()
      local s = at.semaphore(2)
      shared(turns(s, function() return s:acquire(PATIENCE) end, function() s:release() end))
    end)

    it("of writing", function()
      local rw = at.rwlock()
      shared(turns(rw, function() return rw:write(PATIENCE) end, function() rw:release() end))
    end)

    it("of updating a value, and a shared table", function()
      local v, t = at.value(0), at.table{ k = 0 }
      local function slowly(x) ipc.sleep(HOLDS) return x + 1 end
      shared(turns(v, function() return v:update(slowly) end, function() end))
      shared(turns(t, function() return t:update("k", slowly) end, function() end))
    end)

    for _, order in ipairs{ "fifo", "lifo", "priority" } do
      it("of room in, and of messages of, a bounded queue, " .. order, function()
        local q = at.queue{ maxsize = 1, order = order }
        local reader = ipc.spawn(function() while q:get(PATIENCE) == 1 do ipc.sleep(HOLDS) end end)
        shared(turns(q, function() return q:put(1, PATIENCE) end, function() end))
        q:put(0)
        reader:join()
        local writer = ipc.spawn(function() while q:put(1) do ipc.sleep(HOLDS) end end)
        shared(turns(q, function() return q:get(PATIENCE) end, function() end))
        q:close()
        writer:join()
      end)
    end
  end)

  describe("an rwlock that is read all the time, " .. at.where .. ",", function()
    -- Not each time: who is about to write may be kept from its CPU before it waits, or after it is called for longer
    -- than readers give it.  Where writers have no place before readers, four of them leave it no such time in twenty.
    it("is written by whoever waits, before it is read once more", function()
      local rw, reads, stop, list = at.rwlock(), ipc.value(0), ipc.event(), {}
      for n = 1, 4 do
        list[n] = ipc.spawn(function()
          while not stop:is_set() do
            rw:read(PATIENCE)
            reads:add(1)
            ipc.sleep(HOLDS)
            rw:release()
          end
        end)
      end
      while reads:get() < 2 do ipc.sleep(HOLDS) end
      local soon = 0
      for _ = 1, 20 do
        local before = reads:get()
        assert.is_true(rw:write(PATIENCE))
        if reads:get() - before <= 4 then soon = soon + 1 end
        rw:release()
        ipc.sleep(HOLDS)
      end
      stop:set()
      for _, p in ipairs(list) do p:join() end
      assert.is_true(soon >= 10, soon)
    end)
  end)
end

for _, at in ipairs(both.here) do
  describe("what is free and left to the one that waits longest, " .. at.where .. ",", function()
    -- A semaphore whose one seat this task has, and a task that waits for it and has lost it several times.
    local function contested()
      local s = at.semaphore(1)
      s:acquire()
      local waiter = ipc.spawn(function() return s:acquire() end)
      while not tostring(s):find("1 waiting", 1, true) do ipc.sleep(0.001) end
      for _ = 1, 3 do
        local before = sleepers.count{ waiter }
        s:release()
        if not s:acquire(0) then
          waiter:join()
          return contested()
        end
        await(function() return sleepers.count{ waiter } > before end) -- it has slept once more
      end
      return s, waiter
    end

    it("goes to others when that one is stopped, or was killed", function()
      for _, how in ipairs{ "suspend", "kill" } do
        local s, waiter = contested()
        waiter[how](waiter)
        s:release()
        assert.is_true(s:acquire(PATIENCE))
        waiter:kill()
      end
    end)

    it("is had by a try", function()
      local s = at.semaphore(1)
      assert.is_true(s:acquire(0))
      assert.same({ nil, "timeout" }, { s:acquire(0) })
      s:release()
      assert.is_true(s:acquire(0))
    end)
  end)
end
