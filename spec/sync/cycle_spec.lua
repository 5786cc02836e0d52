-- Cycles of waits: through all that has a holder, whatever else runs meanwhile (this task, which waits with a timeout);
-- the same without a name, near and far.  Through things of several places, and what is of this machine alone:
-- cycle_here_spec.lua.
local ipc = require "tidelock"
local asleep = dofile "spec/support/asleep.lua"
local both = dofile "spec/support/both.lua"
local cycles = dofile "spec/support/cycles.lua"
local rounds = dofile "spec/support/rounds.lua"
local shows = dofile "spec/support/shows.lua"
local KINDS, ORDER, acquire, release = cycles.KINDS, cycles.ORDER, cycles.acquire, cycles.release
local made, ring, check, process, thread = cycles.made, cycles.ring, cycles.check, cycles.process, cycles.thread
local PATIENCE = 20

for _, at in ipairs(both.all) do
  describe("a cycle of waits raises in one task, while others run, " .. at.where .. ",", function()
    for _, first in ipairs(ORDER) do
      it("through " .. first .. " and each other kind", function()
        for _, second in ipairs(ORDER) do
          local told, tasks = ring(at, process, first, second)
          check(told, tasks, first .. ", " .. second)
        end
      end)
    end

    it("through all kinds at once, of processes and of threads", function()
      for _, start in ipairs{ process, thread } do
        local told, tasks = ring(at, start, table.unpack(ORDER))
        check(told, tasks, "all")
      end
    end)

    it("however long it is", function()
      local kinds = {}
      for i = 1, at.far and 50 or 100 do kinds[i] = ORDER[i % 5 + 1] end
      local told = ring(at, process, table.unpack(kinds))
      assert.equal(1, #told)
    end)

    it("however often", function()
      for i = 1, rounds(at.times(150)) do
        local told, tasks = ring(at, process, "lock", ORDER[i % #ORDER + 1], "seat")
        check(told, tasks, i)
      end
    end)

    it("through one of several readers", function()
      local name, met = at.fresh "shared", ipc.barrier(3)
      local shared, lock = at.named("rwlock", name), at.lock()
      local idle = ipc.spawn(function()
        shared:read()
        met:wait()
        ipc.sleep(60)
      end)
      finally(function() idle:kill() end)
      local reader = ipc.spawn(function()
        shared:read()
        met:wait()
        local ok, why = pcall(lock.acquire, lock)
        shared:release()
        return ok, why
      end)
      local writer = ipc.spawn(function()
        lock:acquire()
        met:wait()
        local ok, why = pcall(shared.write, shared)
        lock:release()
        if not ok then idle:kill() end
        return ok, why
      end)
      local read, read_why = reader:result(PATIENCE)
      if not read then idle:kill() end
      local wrote, write_why = writer:result(PATIENCE)
      assert.truthy(read ~= wrote, tostring(read_why) .. tostring(write_why))
      local pattern = ('deadlock: .* holds "?[%%w ]*"?.*"%s"'):format((name:gsub("%p", "%%%0")))
      assert.truthy((read and write_why or read_why):find(pattern))
    end)

    it("through all seats of a semaphore", function()
      local seats, met = at.semaphore{ value = 3, bounded = true }, ipc.barrier(4)
      local locks, list = {}, {}
      for i = 1, 3 do
        locks[i] = at.lock()
      end
      local all = ipc.spawn(function()
        for i = 1, 3 do locks[i]:acquire() end
        met:wait()
        local ok, why = pcall(seats.acquire, seats)
        for i = 1, 3 do locks[i]:release() end
        return ok, why
      end)
      for i = 1, 3 do
        list[i] = ipc.spawn(function()
          seats:acquire()
          met:wait()
          local ok, why = pcall(locks[i].acquire, locks[i])
          seats:release()
          return ok, why
        end)
      end
      local told, text = 0, nil
      list[4] = all
      for _, p in ipairs(list) do
        local ok, why = p:result(PATIENCE)
        assert.not_nil(ok, why)
        if not ok then told, text = told + 1, why end
      end
      assert.equal(1, told)
      for _, p in ipairs(list) do assert.truthy(text:find(p.name, 1, true), text) end
    end)
  end)

  describe("no cycle is told of, " .. at.where .. ",", function()
    -- All wait, and nobody was told, as would be when the last began to; then they may go on.
    local function quiet(tasks, free)
      for _, task in ipairs(tasks) do asleep(task.name) end
      for _, task in ipairs(tasks) do assert.is_true(task:is_alive()) end
      free()
      for _, task in ipairs(tasks) do assert.is_true((task:result(PATIENCE))) end
    end

    it("where one of them waits with a timeout", function()
      for _, kind in ipairs(ORDER) do
        if kind ~= "read" then
          local own, other, met = made(at, kind), at.lock(), ipc.barrier(2)
          local patient = ipc.spawn(function()
            other:acquire()
            met:wait()
            local want = KINDS[kind].want or KINDS[kind].take or acquire
            return pcall(want, own)
          end)
          local hasty = ipc.spawn(function()
            local take = KINDS[kind].take or acquire
            take(own)
            met:wait()
            local got, why = other:acquire(0.1)
            release(own)
            return why == "timeout" and got == nil
          end)
          assert.is_true((hasty:result(PATIENCE)), kind)
          assert.is_true((patient:result(PATIENCE)), kind)
        end
      end
    end)

    it("where a seat is free, or one of the seats' holders goes on", function()
      local seats, lock, met = at.semaphore{ value = 2, bounded = true }, at.lock(), ipc.barrier(3)
      local free = ipc.event()
      local holder = ipc.spawn(function()
        seats:acquire()
        met:wait()
        free:wait()
        seats:release()
        return true
      end)
      local waits = ipc.spawn(function()
        seats:acquire()
        met:wait()
        local ok, why = pcall(lock.acquire, lock)
        seats:release()
        return ok, why
      end)
      local wants = ipc.spawn(function()
        lock:acquire()
        met:wait()
        local ok, why = pcall(seats.acquire, seats)
        lock:release()
        return ok, why
      end)
      quiet({ holder, waits, wants }, function() free:set() end)
    end)

    it("where a producer takes seats that a consumer gives back", function()
      local room, lock, met = at.semaphore{ value = 2, bounded = true }, at.lock(), ipc.barrier(3)
      local function produce()
        room:acquire()
        met:wait()
        return pcall(room.acquire, room)
      end
      local list = { ipc.spawn(produce), ipc.spawn(produce) }
      met:wait()
      quiet(list, function() room:release(2) end)
      -- and from now on it is known
      room:acquire()
      room:acquire()
      local holds = ipc.spawn(function()
        lock:acquire()
        return pcall(room.acquire, room)
      end)
      shows(room, "1 waiting")
      local helper = ipc.spawn(function()
        asleep("main")
        room:release()
      end)
      lock:acquire()
      assert.is_true((holds:result(PATIENCE)))
      helper:join(PATIENCE)
      lock:release()
    end)

    it("among many who take two locks in order, and one that takes its time", function()
      local things, N = {}, at.times(300)
      for i, kind in ipairs(ORDER) do things[i] = { kind, made(at, kind) } end
      cycles.two_in_order(things, N)
    end)
  end)
end
