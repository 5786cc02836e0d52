-- Callbacks of a pool: they run in the owner, in whatever it waits for.
local ipc = require "tidelock"
local asleep = dofile "spec/support/asleep.lua"
local error_of = dofile "spec/support/error_of.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

local function list(n)
  local items = {}
  for i = 1, n do items[i] = i end
  return items
end

describe("a callback", function()
  local pool

  setup(function() pool = ipc.pool{ workers = 2, name = "hands" } end)
  teardown(function() pool:terminate() end)

  local function until_true(predicate, wait)
    local limit = ipc.now() + PATIENCE
    while not predicate() and ipc.now() < limit do wait() end
    return predicate()
  end

  it("runs in the owner, in whatever call it waits", function()
    local q, e = ipc.queue(), ipc.event()
    for _, wait in ipairs{
      function() ipc.sleep(0.01) end, function() q:get(0.01) end, function() e:wait(0.01) end,
      function() ipc.wait({ q, e }, 0.01) end, function() pool:apply(function() end) end,
    } do
      local got
      pool:apply_async(function(x) return x + 1, ipc.getpid() end, { 1 }, function(...)
        got = { ipc.getpid(), ... }
      end)
      assert.truthy(until_true(function() return got end, wait))
      assert.same({ ipc.getpid(), 2 }, { got[1], got[2] })
      assert.truthy(got[3] ~= ipc.getpid())
    end
  end)

  it("runs, and the dead are replaced, while the owner waits for what is outside", function()
    local listener = ipc.listen("tcp:127.0.0.1:0")
    local connection, peer = ipc.connect(listener.address), listener:accept(PATIENCE)
    local command = ipc.command{ "cat", stdin = "pipe", stdout = "pipe" }
    pool:apply_async(asleep, { "main" }, function() peer:send("by a callback") end)
    assert.equal("by a callback", connection:recv(PATIENCE))
    pool:apply_async(asleep, { "main" }, function() command.stdin:write("by a callback\n") end)
    assert.equal("by a callback", command.stdout:read("l", PATIENCE))
    local runs, address = ipc.value(0), listener.address
    local dying = ipc.pool{ workers = 1, retry = 1 }
    local future = dying:submit(function()
      if runs:add(1) == 1 then
        asleep("main")
        ipc.current():kill()
        ipc.sleep()
      end
      ipc.connect(address):send("by the second")
    end)
    assert.equal("by the second", listener:accept(PATIENCE):recv(PATIENCE))
    future:get()
    command.stdin:close()
    command:join()
  end)

  it("sends nothing into the middle of a message", function()
    local listener, called = ipc.listen("tcp:127.0.0.1:0"), ipc.event()
    local reader = ipc.spawn(function(address)
      local connection = ipc.connect(address)
      called:wait(PATIENCE)
      return #connection:recv(PATIENCE), connection:recv(PATIENCE)
    end, listener.address)
    local connection = listener:accept(PATIENCE)
    pool:apply_async(asleep, { "main" }, function()
      called:set()
      connection:send("second", PATIENCE)
    end)
    assert.is_true(connection:send(("x"):rep(30 << 20), PATIENCE))
    assert.same({ 30 << 20, "second" }, { reader:result(PATIENCE) })
  end)

  it("may wait for the command that the owner talks to", function()
    local c, inner = ipc.command "cat", nil
    c:suspend()
    pool:apply_async(asleep, { "main" }, function()
      inner = { c:join(0.01) }
      c:resume()
    end)
    assert.equal(300000, #c:communicate(("z"):rep(300000), PATIENCE))
    assert.same({ nil, "timeout" }, inner)
  end)

  it("wakes a wait that has no end, and lets it go on", function()
    local q = ipc.queue()
    pool:apply_async(function() asleep("main") return "put by a callback" end, nil, function(x) q:put(x) end)
    assert.equal("put by a callback", q:get(PATIENCE))
  end)

  it("may use what the wait that it interrupts is about", function()
    local q = ipc.queue(1)
    q:put("first")
    local message, inner = { ("y"):rep(10000), { ("z"):rep(5000) }, q }, nil
    pool:apply_async(function() end, {}, function()
      message[2] = nil
      collectgarbage()
      q:get()
      for _ = 1, 20 do ipc.queue():put(("w"):rep(20000)) end
      inner = pool:apply(function() return "a task within" end)
    end)
    assert.is_true(q:put(message, PATIENCE))
    assert.same({ ("y"):rep(10000), { ("z"):rep(5000) }, q }, q:get(PATIENCE))
    assert.equal("a task within", inner)
  end)

  it("has run once join returns, however the tasks ended", function()
    for _, ending in ipairs{ "close", "terminate" } do
      local ends, calls = ipc.pool(2), 0
      local function count() calls = calls + 1 end
      for _ = 1, 10 do ends:apply_async(function() end, {}, count, count) end
      ends[ending](ends)
      assert.is_true(ends:join(PATIENCE))
      assert.equal(10, calls)
    end
  end)

  it("gets the error at once where its task is cancelled behind many", function()
    local gate, last, why = ipc.event(), nil, nil
    for _ = 1, 20 do last = pool:apply_async(function() gate:wait() end, {}, nil, function(e) why = e end) end
    assert.is_true(last:cancel())
    assert.truthy(until_true(function() return why end, function() ipc.sleep(0.01) end))
    assert.truthy(why:find("apply_async: cancelled", 1, true))
    gate:set()
  end)

  it("is not called while its pool is about to be collected", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local called = false;
      (function()
        local pool = ipc.pool(1)
        local future = pool:apply_async(function() end, {}, function()
          called = true
          collectgarbage()
        end)
        setmetatable({}, { __gc = function() -- before the pool's own
          while not future:is_ready() do ipc.sleep(0.01) end
          ipc.sleep(0.01)
        end })
      end)()
      collectgarbage()
      print(called, #ipc.children())
    ]])
    assert.same({ "false\t0\n", "", 0 }, { out, err, status })
  end)

  it("is forgotten with its pool", function()
    local held = setmetatable({}, { __mode = "k" })
    do
      local ends, item = ipc.pool(1), {}
      held[item] = true
      ends:apply_async(function() ipc.sleep() end, {}, function() return item end)
    end
    for _ = 1, 3 do collectgarbage() end
    assert.is_nil(next(held))
  end)

  it("gets the error, and that of map_async the list", function()
    local why, results
    pool:apply_async(function() error("sad") end, {}, nil, function(e) why = e end)
    local future = pool:map_async(function(x) return x * 2 end, list(10), 3, function(l) results = l end)
    assert.truthy(until_true(function() return why and results end, function() ipc.sleep(0.01) end))
    assert.truthy(why:find("apply_async: in hands.*sad"), why)
    pool:map_async(function() error("sad") end, { 1 }, nil, nil, function(e) why = e end)
    assert.truthy(until_true(function() return why:find("map_async: in hands", 1, true) end,
      function() ipc.sleep(0.01) end))
    assert.same({ 10, 20 }, { #results, results[10] })
    assert.equal(10, #future:get())
    local failing = pool:map_async(function() error("sad") end, { 1 })
    assert.truthy(error_of(failing.get, failing):find("sad", 1, true))
  end)

  it("may start a process, which collects garbage and has callbacks as any other", function()
    local process
    pool:apply_async(function() end, {}, function()
      process = ipc.spawn(function()
        local inner, called = ipc.pool(1), false
        inner:apply_async(function() end, {}, function() called = true end)
        local limit = ipc.now() + PATIENCE
        while not called and ipc.now() < limit do ipc.sleep(0.01) end
        return collectgarbage("isrunning"), called
      end)
    end)
    assert.truthy(until_true(function() return process end, function() ipc.sleep(0.01) end))
    assert.same({ true, true }, { process:result(2 * PATIENCE) })
  end)

  it("may close what the wait that it interrupts is about", function()
    local function closed_during(object, method)
      pool:apply_async(asleep, { "main" }, function()
        object:close()
        for _ = 1, 100 do ipc.pipe() end
      end)
      return { object[method](object, PATIENCE) }
    end
    for _ = 1, 4 do
      local listener = ipc.listen("tcp:127.0.0.1:0")
      local connection, peer = ipc.connect(listener.address), listener:accept(PATIENCE)
      assert.same({ nil, "closed" }, closed_during(connection, "recv"))
      assert.same({ nil, "closed" }, { peer:recv(PATIENCE) })
      assert.truthy(tostring(connection):find("closed", 1, true))
      assert.same({ nil, "closed" }, closed_during(listener, "accept"))
    end
  end)

  it("may close both ends of a pipe, and none that comes after is taken for it", function()
    for _ = 1, 4 do
      local first, second = ipc.pipe()
      local others = {}
      pool:apply_async(asleep, { "main" }, function()
        first:close()
        second:close()
        for i = 1, 10, 2 do
          others[i], others[i + 1] = ipc.pipe()
          others[i]:send("kept")
          others[i + 1]:send("kept")
        end
      end)
      assert.same({ nil, "closed" }, { first:recv(PATIENCE) })
      for i = 1, 10 do assert.equal("kept", others[i]:recv(0)) end
    end
  end)

  it("that raises is reported, and nothing else comes of it", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      local pool = ipc.pool(1)
      local called = false
      local future = pool:apply_async(function() return 1 end, {}, function()
        called = true
        error("in a callback")
      end)
      while not called do ipc.sleep(0.01) end
      print(future:get())
    ]])
    assert.same({ "1\n", 0 }, { out, status })
    assert.truthy(err:find("a callback of pool#1 failed: .*in a callback"), err)
  end)
end)
