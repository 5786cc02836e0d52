-- In a coroutine a signal's function runs as the task's next operation begins: between the check of its arguments and
-- all else that it does.
local ipc = require "tidelock"

-- Calls object[name](object, ...) where the function for a signal comes first.
local function after_signal(fn, object, name, ...)
  local arguments = table.pack(...)
  ipc.on_signal("USR1", fn)
  finally(function() ipc.on_signal("USR1", nil) end)
  return coroutine.wrap(function()
    ipc.current():signal(10)
    return pcall(function() return object[name](object, table.unpack(arguments, 1, arguments.n)) end)
  end)()
end

-- What is left to the collector is gone, and its memory has been used again.
local function collect()
  collectgarbage()
  collectgarbage()
  local litter = {}
  for i = 1, 50 do litter[i] = { ipc.queue(), ("z"):rep(3000) .. i, ("z"):rep(30000) .. i } end
  return litter
end

describe("a function for a signal that comes as an operation begins", function()
  local ends = { send = { 1, 0 }, recv = { 0 }, poll = { 0 } }

  for name, arguments in pairs(ends) do
    it("may close the end of a pipe that it is about: " .. name, function()
      local a, b = ipc.pipe()
      b:send(1)
      local good, why = after_signal(function() a:close() end, a, name, table.unpack(arguments))
      assert.is_false(good)
      assert.matches("^spec/program/on_signal_operation_spec.lua:%d+: pipe#%d+.*" .. name .. ": .*closed", why)
    end)
  end

  local close = load "local closes <close> = ..." -- where the language has it
  local calls = {
    queue = { put = { 1, 0 }, get = { 0 }, task_done = {}, join = { 0 }, close = {}, size = {} },
    lock = { acquire = { 0 }, release = {} }, rlock = { acquire = { 0 }, release = {} },
    rwlock = { read = { 0 }, write = { 0 }, release = {} }, semaphore = { acquire = { 0 }, release = {} },
    condition = { acquire = { 0 }, wait = { 0 }, notify = {}, notify_all = {}, release = {} },
    event = { set = {}, clear = {}, wait = { 0 } },
    value = { set = { 1 }, add = { 1 }, compare_set = { 1, 2 }, get = {} },
    table = { get = { "k" }, set = { "k", 1 }, add = { "k", 1 }, update = { "k", function() return 1 end }, keys = {} },
  }

  for kind, names in pairs(close and calls or {}) do
    for name, arguments in pairs(names) do
      it("may close the " .. kind .. " that it is about: " .. name, function()
        local object = ipc[kind]()
        local good, why = after_signal(function() close(object) end, object, name, table.unpack(arguments))
        assert.is_false(good)
        assert.matches(kind .. "#%d+.*closed", why)
      end)
    end
  end

  for _, size in ipairs{ 3000, 30000 } do
    local text = ("t"):rep(size)
    local function drops(message, part)
      return function()
        message[part] = nil
        collect()
      end
    end

    it("may drop the text of a message that is about to be put: " .. size .. " bytes", function()
      local q, message = ipc.queue(), { text .. 1 }
      assert.is_true(after_signal(drops(message, 1), q, "put", message))
      local got = q:get(0)
      assert(got[1] == nil or got[1] == text .. 1)
    end)

    it("may drop the text of a message that is about to be sent: " .. size .. " bytes", function()
      local a, b = ipc.pipe()
      local message = { text .. 2 }
      assert.is_true(after_signal(drops(message, 1), a, "send", message))
      local got = b:recv(0)
      assert(got[1] == nil or got[1] == text .. 2)
    end)

    it("may drop the text of a value that is about to be set: " .. size .. " bytes", function()
      local t, message = ipc.table(), { text .. 3 }
      assert.is_true(after_signal(drops(message, 1), t, "set", "k", message))
      assert(t.k[1] == nil or t.k[1] == text .. 3)
    end)

    it("may drop the text of a message that waits for room: " .. size .. " bytes", function()
      local q, message = ipc.queue(1), { text .. 4 }
      q:put "full"
      ipc.on_signal("USR1", function()
        message[1] = nil
        collect()
        q:get(0)
      end)
      finally(function() ipc.on_signal("USR1", nil) end)
      local main = ipc.current()
      local p = ipc.spawn(function()
        while not tostring(q):find "1 putting" do ipc.yield() end
        main:signal(10)
      end)
      assert.is_true(q:put(message, 20))
      assert(q:get(0)[1] == text .. 4)
      p:join()
    end)
  end

  it("may drop an object that is about to be put", function()
    local q, message = ipc.queue(), { ipc.queue() }
    message[1]:put "mine"
    assert.is_true(after_signal(function() message[1] = nil collect() end, q, "put", message))
    local got = q:get(0)
    assert(got[1] == nil or got[1]:get(0) == "mine")
  end)

  it("may drop what a task of a pool is about to be given", function()
    local pool = ipc.pool(1)
    finally(function() pool:terminate() end)
    local message = { ipc.queue(), ("t"):rep(30000) }
    message[1]:put "mine"
    local good, future = after_signal(function() message[1] = nil message[2] = nil collect() end, pool, "submit",
      function(given) return given[1] and given[1]:get(0), given[2] end, message)
    assert.is_true(good)
    local item, text = future:get(20)
    assert(item == nil or item == "mine")
    assert(text == nil or text == ("t"):rep(30000))
  end)

  it("may drop what a thread is about to be given", function()
    local message = { ipc.queue(), ("t"):rep(30000) }
    message[1]:put "mine"
    local t = ipc.thread(function(given) return given[1] and given[1]:get(0), given[2] end, message)
    assert.is_true(after_signal(function() message[1] = nil message[2] = nil collect() end, t, "start"))
    local item, text = t:result(20)
    assert(item == nil or item == "mine")
    assert(text == nil or text == ("t"):rep(30000))
  end)

  it("may drop the text of what a connection waits to send", function()
    local l = ipc.listen "tcp:127.0.0.1:0"
    local c = ipc.connect(l.address)
    local d, sent = l:accept(20), ("t"):rep(5000000)
    local message = { sent .. 1 }
    assert.is_true(c:send("x", 0))
    local good, put = after_signal(function() message[1] = nil collect() end, c, "send", message, 0.1)
    assert.is_true(good)
    assert.equal("x", d:recv(20))
    if put then
      local got = d:recv(20)
      assert(got[1] == nil or got[1] == sent .. 1)
    end
  end)

  for _, name in ipairs{ "get", "wait", "is_ready", "is_ok", "cancel" } do
    it("may end the future that it is about, and drop its pool: " .. name, function()
      local pool = ipc.pool(1)
      local future = pool:submit(function() ipc.sleep() end)
      local good, what = after_signal(function()
        future:cancel()
        pcall(future.get, future)
        pool = nil -- luacheck: ignore
        collect()
      end, future, name)
      if name == "get" then
        assert(not good and what:find "cancelled", what)
      else
        assert.same({ true, name == "wait" or name == "is_ready" }, { good, what })
      end
    end)
  end
end)
