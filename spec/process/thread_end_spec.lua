-- How threads end, and their process with them; what stays locked where it forks or all wait.
local ipc = require "tidelock"
local asleep = dofile "spec/support/asleep.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 30

describe("a thread that ends", function()
  it("passes on what it held as abandoned", function()
    local lock, seat = ipc.lock(), ipc.semaphore{ value = 1, bounded = true }
    ipc.spawn_thread(function()
      lock:acquire()
      seat:acquire()
    end):join(PATIENCE)
    assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
    assert.is_true(seat:acquire(PATIENCE))
  end)

  it("leaves no slot, memory or block, thousands of times", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local function resident()
        for line in io.lines("/proc/self/status") do
          local size = line:match("VmRSS:%s+(%d+)")
          if size then return tonumber(size) end
        end
      end
      local q, large = ipc.queue(), ("x"):rep(20000)
      local function run(count)
        for i = 1, count do
          local t = ipc.thread(function(text)
            local lock = ipc.lock()
            lock:acquire()
            q:put(text)
            if #text % 3 == 0 then os.exit(3) end
            return { text }
          end, large .. i):start()
          t:join()
          assert(q:get() == large .. i)
        end
        collectgarbage()
      end
      run(300)
      local before = resident()
      run(3000)
      print(resident() - before)
    ]], "TIDELOCK_MEMORY=4M TIDELOCK_TASKS=4 ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=1")
    assert.equal(0, status, err)
    -- the shared memory counts, at most 4 MB
    assert.truthy(tonumber(out) < 8000, out)
  end)

  it("joins its own children, but for its daemons", function()
    local done = ipc.value(0)
    local t = ipc.spawn_thread(function()
      local own = ipc.current().name
      local function child()
        asleep(own)
        done:add(1)
      end
      ipc.spawn(child)
      ipc.thread(child):start()
      ipc.process{ target = function() ipc.sleep() end, daemon = true }:start()
    end)
    assert.is_true(t:join(PATIENCE))
    assert.equal(2, done:get())
  end)

  it("leaves no zombie", function()
    local pids = ipc.spawn_thread(function()
      local pids = {}
      for n = 1, 10 do pids[n] = ipc.spawn(function() end).pid end
      return pids
    end):result(PATIENCE)
    for _, pid in ipairs(pids) do assert.is_nil(io.open("/proc/" .. pid .. "/stat"), pid) end
  end)
end)

describe("a process with threads", function()
  it("waits for them at its end, and not for daemons", function()
    local done = ipc.value(0)
    local p = ipc.spawn(function()
      ipc.thread(function(own)
        asleep(own)
        done:add(1)
      end, ipc.current().name):start()
      ipc.thread{ target = function() ipc.sleep() end, daemon = true }:start()
    end)
    assert.is_true(p:join(PATIENCE))
    assert.same({ 0, 1 }, { p.exitcode, done:get() })
  end)

  it("takes them along when it is killed, and what they held is passed on", function()
    for _ = 1, 10 do
      local lock, ready, box = ipc.lock(), ipc.latch(5), ipc.queue()
      local p = ipc.spawn(function()
        for i = 1, 4 do
          box:put(ipc.spawn_thread(function()
            if i == 1 then lock:acquire() end
            ready:count_down()
            while true do math.random() end
          end))
        end
        ready:count_down()
        ipc.sleep()
      end)
      assert(ready:wait(PATIENCE))
      p:kill()
      assert.same({ true, "abandoned" }, { lock:acquire(PATIENCE) })
      for _ = 1, 4 do
        local t = box:get()
        assert.is_true(t:join(PATIENCE))
        assert.same({ false, -9 }, { t:is_alive(), t.exitcode })
        assert.truthy(select(2, t:result()):find("killed by signal 9"))
      end
    end
  end)

  it("is never suspended while one of them is inside the runtime", function()
    local q, ready = ipc.queue(), ipc.event()
    local p = ipc.spawn(function()
      for _ = 1, 3 do
        ipc.spawn_thread(function()
          while true do
            q:put(1)
            ready:set()
            q:get()
          end
        end)
      end
      ipc.sleep()
    end)
    assert(ready:wait(PATIENCE))
    for _ = 1, 20 do
      p:suspend()
      assert.is_true(q:put(1, PATIENCE))
      assert.truthy(q:get(PATIENCE))
      p:resume()
    end
    p:kill()
    p:join()
  end)

  it("ends though a daemon thread sits in a read, and starts processes meanwhile", function()
    local fifo = os.tmpname()
    local line = ("rm %s; mkfifo %s; exec 3<>%s; rm %s"):format(fifo, fifo, fifo, fifo)
    local out, err, status = shell.run(("%s; %s -e \"%s\" <&3"):format(line, shell.tidelock, [[
        local ipc = require [=[tidelock]=]
        local inside = ipc.queue()
        ipc.thread{ target = function()
          inside:put(io.open([=[/proc/thread-self/stat]=]):read([=[n]=]))
          io.read()
        end, daemon = true }:start()
        local stat, limit = [=[/proc/self/task/]=] .. inside:get(50) .. [=[/stat]=], ipc.now() + 50
        local function asleep() return io.open(stat):read([=[a]=]):find([=[) S]=], 1, true) end
        while not asleep() do assert(ipc.now() < limit) end
        for n = 1, 20 do assert(ipc.spawn(function() io.write(n, [=[ ]=]) end):join(50)) end
        assert(ipc.pool(1):apply(function() return true end))
        io.stderr:write([=[told]=])]]))
    assert.same({ 0, "told" }, { status, err })
    assert.equal(20, select(2, out:gsub("%d+ ", "")))
  end)

  it("does not let a daemon thread start processes", function()
    local t = ipc.thread{ target = function() return pcall(ipc.spawn, print) end, daemon = true }:start()
    assert.truthy(select(2, t:result(PATIENCE)):find("daemonic processes are not allowed to have children", 1, true))
  end)
end)

describe("a deadlock of threads", function()
  it("raises in who closes a cycle of locks", function()
    local a, b, both = ipc.lock{ name = "pan" }, ipc.lock{ name = "salt" }, ipc.barrier(2)
    local function cook(first, second)
      first:acquire()
      both:wait()
      local ok, message = pcall(second.acquire, second)
      if ok then second:release() end
      first:release()
      return ok or message
    end
    local one, two = ipc.spawn_thread(cook, a, b), ipc.spawn_thread(cook, b, a)
    local text = tostring(one:result(PATIENCE)) .. tostring(two:result(PATIENCE))
    assert.truthy(text:find('deadlock: thread%-%d+ holds lock "%a+" and wants "%a+"'), text)
  end)

  it("of all ends the program with a report and status 3", function()
    local _, err, status = shell.script[[
      local ipc = require "tidelock"
      local q = ipc.queue{ name = "empty one" }
      for i = 1, 2 do ipc.thread{ name = "reader-" .. i, target = function() q:get() end }:start() end
    ]]
    assert.equal(3, status, err)
    assert.truthy(err:find("deadlock: every task waits", 1, true), err)
    assert.truthy(err:find('reader%-2[^\n]*empty one'), err)
    assert.truthy(err:find("main", 1, true), err)
  end)
end)

-- a sanitizer's own allocator has locks that a fork copies as they are
local forks = shell.tidelock:find("sanitize") and pending or it

describe("a fork while threads run", function()
  forks("leaves no child stuck, 200 times", function()
    local q, back, stop = ipc.queue(20), ipc.queue(), ipc.event()
    local threads = {}
    for i = 1, 4 do
      threads[i] = ipc.spawn_thread(function()
        local got = 0
        while not stop:is_set() do
          q:put({ ("x"):rep(math.random(300)), os.date() }, 0.01)
          if back:get(0.001) then got = got + 1 end
        end
        return got
      end)
    end
    local children = {}
    for n = 1, 200 do
      children[n] = ipc.spawn(function()
        local text = q:get()
        back:put(os.date("%Y") + #text + math.random() + os.time())
        return n
      end)
      if n % 8 == 0 then assert(children[n - 7]:join(PATIENCE)) end
    end
    for n, child in ipairs(children) do assert.equal(n, (child:result(PATIENCE))) end
    stop:set()
    local got = 0
    for _, t in ipairs(threads) do got = got + t:result(PATIENCE) end
    assert.equal(200, got + #back)
  end)

  forks("may find them starting commands", function()
    local stop, threads = ipc.event(), {}
    for i = 1, 2 do
      threads[i] = ipc.spawn_thread(function()
        while not stop:is_set() do
          io.popen("true"):close()
          os.execute("true")
        end
      end)
    end
    for n = 1, 60 do
      local said, ran = ipc.spawn(function()
        local pipe = io.popen("echo " .. n)
        local text = pipe:read("n")
        pipe:close()
        return text, os.execute("true")
      end):result(PATIENCE)
      assert.same({ n, true }, { said, ran })
    end
    stop:set()
    for _, t in ipairs(threads) do assert.is_true(t:join(PATIENCE)) end
  end)

  forks("is done by the threads themselves", function()
    local threads = {}
    for i = 1, 4 do
      threads[i] = ipc.spawn_thread(function()
        local sum = 0
        for n = 1, 25 do sum = sum + ipc.spawn(function() return n, math.random(), os.date() end):result() end
        return sum
      end)
    end
    for _, t in ipairs(threads) do assert.equal(325, (t:result(PATIENCE))) end
  end)
end)
