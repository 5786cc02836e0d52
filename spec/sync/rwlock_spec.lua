-- rwlock: the same without a name, near and far.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises_at.lua"
local shows = dofile "spec/support/shows.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

for _, at in ipairs(both.all) do
  describe("an rwlock, " .. at.where .. ",", function()
    it("lets readers in together, and writers alone", function()
      local lock, readers, writers, list, N = at.rwlock(), at.value(0), at.value(0), {}, at.times(200)
      for n = 1, 8 do
        list[n] = ipc.spawn(function()
          local worst = 0
          for i = 1, N do
            if (i + n) % 4 == 0 then
              lock:with_write(function()
                worst = math.max(worst, writers:add(1), readers:get() > 0 and 2 or 0)
                writers:add(-1)
              end)
            else
              lock:with_read(function()
                readers:add(1)
                worst = math.max(worst, writers:get() > 0 and 2 or 0)
                readers:add(-1)
              end)
            end
          end
          return worst
        end)
      end
      for _, p in ipairs(list) do assert.truthy(p:result(PATIENCE) <= 1) end
    end)

    it("is taken once by a task, and released by who has it", function()
      local lock = at.rwlock()
      raises(at, lock, "release: not held by this task", lock.release, lock)
      for _, call in ipairs{ "read", "write" } do
        lock[call](lock)
        raises(at, lock, "read: deadlock: held by this task already", lock.read, lock)
        raises(at, lock, "write: deadlock: held by this task already", lock.write, lock)
        lock:release()
      end
      assert.is_true(ipc.spawn(function() return lock:write(0) end):result(PATIENCE))
    end)

    it("is given back by with_read and with_write, whatever happens", function()
      local lock = at.rwlock()
      for _, call in ipairs{ "with_read", "with_write" } do
        assert.same({ 1, nil, 3 }, { lock[call](lock, function(...) return ... end, 1, nil, 3) })
        assert.same({ false, "raised inside" }, { pcall(lock[call], lock, error, "raised inside") })
        raises(at, lock, call .. ": a function is expected", lock[call], lock, 42)
        assert.is_true(lock:write(0))
        lock:release()
      end
    end)

    it("is abandoned by a writer that dies, and not by a reader, which has changed nothing", function()
      for call, told in pairs{ read = false, write = "abandoned" } do
        local lock, ready = at.rwlock(), ipc.event()
        local holder = ipc.spawn(function()
          lock[call](lock)
          ready:set()
          ipc.sleep()
        end)
        ready:wait()
        local writer = ipc.spawn(function() return lock:write(PATIENCE) end)
        shows(lock, "1 to write")
        holder:kill()
        assert.same({ true, told or nil }, { writer:result(PATIENCE) })
        holder:join()
      end
    end)

    it("does not starve a writer", function()
      local lock = at.rwlock()
      lock:read()
      assert.truthy(tostring(lock):find("read by 1, 0 waiting to read, 0 to write", 1, true), tostring(lock))
      local writer = ipc.spawn(function() return lock:write(PATIENCE) end)
      shows(lock, "1 to write")
      local reader = ipc.spawn(function() return lock:read(0) end)
      assert.same({ nil, "timeout" }, { reader:result(PATIENCE) })
      lock:release()
      assert.is_true((writer:result(PATIENCE)))
    end)

    it("does not starve a reader either, however many writers wait", function()
      local lock, order, list = at.rwlock(), ipc.queue(), {}
      lock:write()
      local reader = ipc.spawn(function() lock:with_read(order.put, order, "reader") end)
      shows(lock, "1 waiting to read")
      for n = 1, 20 do
        list[n] = ipc.spawn(function()
          lock:with_write(function()
            order:put("writer")
            ipc.sleep(0.002)
          end)
        end)
      end
      shows(lock, "20 to write")
      lock:release()
      local before = 0
      while order:get(PATIENCE) == "writer" do before = before + 1 end
      assert.truthy(before < 10, before)
      list[#list + 1] = reader
      tasks.succeed(list)
    end)

    it("lets readers in again when the writer who waited gives up or is killed", function()
      for _, how in ipairs{ "gives up", "killed" } do
        local lock = at.rwlock()
        lock:read()
        local writer = ipc.spawn(function() lock:write(how == "gives up" and 0.3 or PATIENCE) end)
        shows(lock, "1 to write")
        local reader = ipc.spawn(function() return lock:read(PATIENCE) end)
        shows(lock, "1 waiting to read")
        if how == "killed" then writer:kill() end
        assert.is_true((reader:result(PATIENCE)))
        writer:join(PATIENCE)
      end
    end)

    it("tells the next that a writer died", function()
      local lock, ready = at.rwlock(), ipc.event()
      local p = ipc.spawn(function()
        lock:write()
        ready:set()
        ipc.sleep()
      end)
      ready:wait()
      p:kill()
      assert.same({ true, "abandoned" }, { lock:read(PATIENCE) })
      lock:release()
      assert.same({ true }, { lock:write(0) })
      p:join()
    end)
  end)
end
