-- Descriptors for the event loops of others, looked at by one of those.
local ipc = require "tidelock"
local uv = require "luv"
local PATIENCE = 20

-- Whether the descriptor is readable, or becomes so within that time.
local function readable(fd, seconds)
  local seen = false
  local poll, timer = uv.new_poll(fd), uv.new_timer()
  poll:start("r", function()
    seen = true
    uv.stop()
  end)
  timer:start(math.floor((seconds or 0) * 1000), 0, function() uv.stop() end)
  uv.run()
  poll:close()
  timer:close()
  uv.run("nowait")
  return seen
end

-- Waits until it is not, where another task has to be seen first.
local function not_any_more(fd)
  local limit = ipc.now() + PATIENCE
  while readable(fd) do assert(ipc.now() < limit) end
end

local raises = dofile "spec/support/raises.lua"

local connected = dofile "spec/support/pair.lua"

describe("ipc.fd", function()
  -- the watcher's thread ends with the descriptors of a test
  after_each(function() for _ = 1, 3 do collectgarbage() end end)

  -- of each: makes an object, and says how it becomes ready, and how it ceases to be (nil: never)
  local rows = {
    queue = function()
      local q = ipc.queue()
      return q, function() q:put(1) end, function() q:get() end
    end,
    lifo = function()
      local q = ipc.queue{ order = "lifo" }
      return q, function() q:put(1) end, function() q:try_get() end
    end,
    ["queue of a space"] = function()
      local q = dofile "spec/support/space.lua".queue("fd-orders")
      return q, function() q:put(1) end, function() q:get_many(9) end
    end,
    pipe = function()
      local a, b = ipc.pipe()
      return a, function() b:send(1) end, function() a:recv() end
    end,
    event = function()
      local e = ipc.event()
      return e, function() e:set() end, function() e:clear() end
    end,
    latch = function()
      local l = ipc.latch(1)
      return l, function() l:count_down() end
    end,
    process = function()
      local gate = ipc.event()
      return ipc.spawn(gate.wait, gate), function() gate:set() end
    end,
    thread = function()
      local gate = ipc.event()
      return ipc.thread(function(g) g:wait() end, gate):start(), function() gate:set() end
    end,
    connection = function()
      local c, s = connected()
      return c, function() s:send(1) end, function() c:recv() end
    end,
    listener = function()
      local l, callers = ipc.listen("tcp:127.0.0.1:0"), {}
      return l, function() callers[#callers + 1] = ipc.connect(l.address) end, function() assert(l:accept()) end
    end,
    command = function()
      local cat = ipc.command{ "cat" }
      return cat, function() cat.stdin:close() end
    end,
  }
  for name, make in pairs(rows) do
    it("is readable while the object is ready: " .. name, function()
      local object, make_ready, use_up = make()
      local fd = ipc.fd(object)
      assert.equal("integer", math.type(fd))
      assert.equal(fd, ipc.fd(object))
      for _ = 1, use_up and 3 or 1 do
        assert.is_false(readable(fd))
        make_ready()
        assert.is_true(readable(fd, PATIENCE))
        assert.is_true(readable(fd))
        if use_up then use_up() end
      end
      assert.equal(not use_up, readable(fd))
    end)
  end

  it("is readable at once where the object is ready already", function()
    local full = ipc.queue()
    full:put(1)
    full:put(2)
    assert.is_true(readable(ipc.fd(full)))
    full:get()
    assert.is_true(readable(ipc.fd(full)))
    ipc.receive{ full }
    assert.is_false(readable(ipc.fd(full)))
    full:close()
    assert.is_true(readable(ipc.fd(full), PATIENCE))
  end)

  it("is readable while a message was read with another one before", function()
    local near, other = connected()
    for n = 1, 3 do other:send(n) end
    local fd = ipc.fd(near)
    for n = 1, 3 do
      assert.is_true(readable(fd, PATIENCE))
      assert.equal(n, near:recv(0))
    end
    assert.is_false(readable(fd))
    other:close()
    assert.is_true(readable(fd, PATIENCE))
    assert.same({ nil, "closed" }, { near:recv(0) })
  end)

  it("hears of what other processes put, and of what they take", function()
    local orders = ipc.queue()
    local fd = ipc.fd(orders)
    ipc.spawn(orders.put, orders, "soup"):join()
    assert.is_true(readable(fd, PATIENCE))
    assert.equal("soup", (ipc.spawn(orders.get, orders):result(PATIENCE)))
    not_any_more(fd)
    ipc.spawn(orders.put, orders, "bread"):join()
    assert.is_true(readable(fd, PATIENCE))
    assert.equal("bread", orders:try_get())
  end)

  it("takes no wake from who waits", function()
    local orders = ipc.queue()
    assert.is_false(readable(ipc.fd(orders)))
    local getters = {}
    for n = 1, 3 do getters[n] = ipc.spawn(orders.get, orders, PATIENCE) end
    while not tostring(orders):find("[34] getting") do ipc.yield() end
    for n = 1, 3 do orders:put(n) end
    local sum = 0
    for n = 1, 3 do sum = sum + assert((getters[n]:result(PATIENCE))) end
    assert.equal(6, sum)
    not_any_more(ipc.fd(orders))
  end)

  it("is of a future, also after it was asked", function()
    local pool = ipc.pool(1)
    local go = ipc.event()
    local f = pool:submit(function() return go:wait(PATIENCE) end)
    local fd = ipc.fd(f)
    assert.is_false(readable(fd))
    go:set()
    assert.is_true(readable(fd, PATIENCE))
    assert.is_true(f:get())
    assert.is_true(readable(fd))
    pool:close()
    pool:join()
  end)

  it("is closed with the object", function()
    local function count()
      local n = 0
      for _ in uv.fs_scandir_next, uv.fs_scandir("/proc/self/fd") do n = n + 1 end -- luacheck: ignore 512
      return n
    end
    local function round()
      for _ = 1, 20 do ipc.fd(ipc.queue()) end
      for _ = 1, 3 do collectgarbage() end
    end
    round()
    local before = count()
    for _ = 1, 5 do round() end
    assert.truthy(count() <= before + 20, count() - before)
    local near, other = ipc.pipe()
    ipc.fd(near)
    collectgarbage("stop") -- what others have left stays meanwhile
    local open = count()
    near:close()
    local now = count()
    collectgarbage("restart")
    assert.equal(open - 1, now)
    assert.same({ nil, "closed" }, { other:recv(PATIENCE) })
  end)

  it("needs its thread no longer than there are descriptors", function()
    local shell = dofile "spec/support/shell.lua"
    local out, err, status = shell.script[[
      local ipc = require "tidelock"
      local function threads() return io.open("/proc/self/status"):read("a"):match("Threads:%s*(%d+)") end
      for _ = 1, 3 do
        local near = ipc.pipe()
        ipc.fd(near)
        assert(threads() == "2")
        near:close()
        local limit = ipc.now() + 20
        while threads() ~= "1" do assert(ipc.now() < limit, threads()) end
      end
      local q = ipc.queue()
      for n = 1, 300 do
        local near = ipc.pipe()
        assert(ipc.fd(near) and ipc.fd(q))
        near:close()
        if n % 3 == 0 then
          q = ipc.queue()
          collectgarbage()
          collectgarbage()
        end
      end
      print("well")
    ]]
    assert.same({ "well\n", "", 0 }, { out, err, status })
  end)

  it("keeps no pipe open", function()
    local near, other = ipc.pipe()
    ipc.fd(near)
    near = nil -- luacheck: ignore 311
    for _ = 1, 3 do collectgarbage() end
    assert.same({ nil, "closed" }, { other:recv(PATIENCE) })
  end)

  it("leaves the program to be looked at from outside", function()
    local shell = dofile "spec/support/shell.lua"
    local near = ipc.pipe()
    assert.is_false(readable(ipc.fd(near)))
    local out, err, status = shell.run(shell.tidelock .. " ps " .. ipc.getpid())
    assert.equal(0, status, err)
    assert.truthy(out:find("main"), out)
  end)

  it("is a child's own in a child", function()
    local orders = ipc.queue()
    local fd = ipc.fd(orders)
    local child = ipc.spawn(function()
      local own = ipc.fd(orders)
      if readable(own) then return "too early" end
      orders:put(1)
      return readable(own, PATIENCE) and orders:get()
    end)
    assert.equal(1, child:result(PATIENCE))
    not_any_more(fd)
    orders:put(2)
    assert.is_true(readable(fd, PATIENCE))
  end)

  it("works in a thread, and ends with it", function()
    local orders = ipc.queue()
    for n = 1, 3 do
      local t = ipc.thread(function(q_of_all)
        return require "tidelock".fd(q_of_all) > 2
      end, orders):start()
      assert.is_true(t:result(PATIENCE), n)
    end
    orders:put(1)
    assert.is_true(readable(ipc.fd(orders), PATIENCE))
  end)

  it("hides no deadlock, and is nobody in ps and reports", function()
    local shell = dofile "spec/support/shell.lua"
    local _, err, status = shell.script[[
      local ipc = require "tidelock"
      local q = ipc.queue()
      ipc.fd(q)
      assert(#ipc.ps() == 1)
      q:get()
    ]]
    assert.equal(3, status, err)
    local _, lines = err:gsub("\n", "\n")
    assert.equal(2, lines, err)
  end)

  it("says what has none", function()
    raises("lock#%d+: fd: is nothing to wait for", ipc.fd, ipc.lock())
    raises("fd: an object to wait for is expected, not 1", ipc.fd, 1)
    raises("fd: .*not started", ipc.fd, ipc.process(print))
    local near = connected()
    near:close()
    raises("fd: connection: closed", ipc.fd, near)
  end)
end)
