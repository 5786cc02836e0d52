-- What was told to have timed out on a server that does not answer does not happen later, or is taken back.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local engine = dofile "spec/support/engine.lua"
local PATIENCE = 20

if engine.missing then
  describe("a server that hangs", function() pending(engine.missing) end)
  return
end

-- The server goes on, and has seen to all that had come by then.
local function continue(server)
  server:signal "CONT"
  assert.equal("PONG", server:cli "PING")
  assert.equal("PONG", server:cli "PING")
end

-- Processes of one space, each of which prepares, then calls, and stays until the end, making no other call: what they
-- returned.  `while_away` runs between; it is given `go`, and a function that waits until all but so many are back.
local function together(address, calls, while_away)
  local ready, go, done, over = ipc.queue(), ipc.event(), ipc.queue(), ipc.event()
  local processes = {}
  for name, call in pairs(calls) do
    processes[#processes + 1] = ipc.spawn(function()
      local o = call[1](ipc.open(address, { lease = 60 }))
      ready:put(name)
      go:wait()
      done:put{ name, call[2](o) }
      over:wait()
    end)
  end
  for _ = 1, #processes do assert(ready:get(PATIENCE)) end
  local results, count = {}, 0
  while_away(go, function(left)
    while count < #processes - left do
      local result = done:get(PATIENCE)
      assert(result, "a call hangs")
      results[result[1]] = { table.unpack(result, 2, 3) }
      count = count + 1
    end
  end)
  over:set()
  for _, process in ipairs(processes) do assert.is_true(process:join(PATIENCE)) end
  return results
end

local function made(kind, name, ...)
  local more = table.pack(...)
  return function(s) return s[kind](name, table.unpack(more)) end
end

local LATE = {
  ["lock:acquire"] = { made("lock", "l"), function(l) return l:acquire(0.1) end },
  ["rlock:acquire"] = { made("rlock", "r"), function(r) return r:acquire(0.1) end },
  ["rwlock:read"] = { made("rwlock", "rw"), function(rw) return rw:read(0.1) end },
  ["rwlock:write"] = { made("rwlock", "ww"), function(ww) return ww:write(0.1) end },
  ["semaphore:acquire"] = { made("semaphore", "s", 2), function(s) return s:acquire(0.1) end },
  ["queue:put"] = { made("queue", "put"), function(q) return q:put("x", 0.1) end },
  ["queue:try_put"] = { made("queue", "try"), function(q) return q:try_put "x" end },
  ["queue:put_many"] = { made("queue", "puts"), function(q)
    local n, reason = q:put_many({ "x", "y" }, 0.1)
    return n ~= 0, reason
  end },
  ["queue:put of much"] = { made("queue", "much"), function(q) return q:put(("x"):rep(20000), 0.1) end },
  ["queue:get"] = { function(s)
    local q = s.queue "get"
    q:put "x"
    return q
  end, function(q) return q:get(0.1) end },
  ["queue:get_many"] = { function(s)
    local q = s.queue("many", { order = "priority" })
    q:put_many{ "x", "y" }
    return q
  end, function(q) return q:get_many(2, 0.1) end },
  ["pipe:send"] = { function(s) return (s.pipe "send") end, function(c) return c:send("x", 0.1) end },
  ["pipe:send, behind the other end's drop"] = { function(s) return (s.pipe "dropped") end, function(c)
    collectgarbage()
    return c:send("x", 0.1)
  end },
  ["queue:put of a pipe end"] = { function(s) return { s.queue "ends", (s.pipe "lent") } end,
    function(o) return o[1]:put(o[2], 0.1) end },
  ["queue:put_many of a pipe end"] = { function(s) return { s.queue "many ends", (s.pipe "lent") } end, function(o)
    local n, reason = o[1]:put_many({ "x", o[2] }, 0.1)
    return n ~= 0, reason
  end },
  ["pipe:send of a pipe end"] = { function(s) return { (s.pipe "sent"), (s.pipe "lent") } end,
    function(o) return o[1]:send({ { o[2] } }, 0.1) end },
  ["table:update to a pipe end"] = { function(s) return { s.table "ends of a table", (s.pipe "lent") } end,
    function(o) return o[1]:update("end", function() return o[2] end, 0.1) end },
  ["pool:try_submit of a pipe end"] = { function(s) return { s.pool "pool", (s.pipe "lent") } end,
    function(o) return o[1]:try_submit(require "say".set, o[2]) end },
  ["pipe:recv"] = { function(s)
    local a, b = s.pipe "recv"
    a:send "x"
    return b
  end, function(b) return b:recv(0.1) end },
  ["pipe:recv, the first call of that end"] = { function(s) return select(2, s.pipe "line") end,
    function(b) return b:recv(0.1) end },
  ["table:update"] = { function(s) return s.table("t", { n = 1 }) end,
    function(t) return t:update("n", function(n) return n + 1 end, 0.1) end },
  ["wait for near and far"] = { made("queue", "waited"), function(q) return ipc.wait({ q, ipc.queue() }, 0.1) end },
  ["wait for a pipe end, its first call"] = { function(s) return select(2, s.pipe "line") end,
    function(b) return ipc.wait({ b }, 0.1) end },
  ["receive of a pipe end, its first call"] = { function(s) return select(2, s.pipe "line") end,
    function(b) return ipc.receive({ b }, 0.1) end },
  ["receive of near and far"] = { made("queue", "received"), function(q)
    return ipc.receive({ q, ipc.queue() }, 0.1)
  end },
  ["condition:wait_for"] = { function(s)
    local c = s.condition "cf"
    c:acquire()
    return c
  end, function(c) return c:wait_for(function() return false end, 0.1) end },
  ["condition:wait"] = { function(s)
    local c = s.condition "c"
    c:acquire()
    return c
  end, function(c) return c:wait(0.1) end },
}

describe("a server that hangs", function()
  local server, address

  before_each(function()
    server = engine.start()
    address = server:address "hung"
  end)

  after_each(function() server:kill() end)

  it("does nothing afterwards of what was told to have timed out", function()
    local before, after
    ipc.open(address, { lease = 60 }).pipe "line"
    local results = together(address, LATE, function(go, wait)
      before = server:objects "hung"
      server:signal "STOP"
      go:set()
      wait(1) -- condition:wait has its lock again when it returns, so it waits for the server
      continue(server)
      wait(0)
      after = server:objects "hung"
    end)
    for name, result in pairs(results) do
      assert.same({ false, "timeout" }, { result[1] or false, result[2] }, name)
    end
    assert.equal(before, after)
  end)

  it("opens no session by then, where a process uses for the first time what its parent had", function()
    local s = ipc.open(address, { lease = 60 })
    local q, pool, near = s.queue "q", s.pool "p", ipc.queue()
    local calls = {
      get = function() return q:get(0.1) end,
      ["put of much"] = function() return q:put(("x"):rep(20000), 0.1) end,
      wait = function() return ipc.wait({ q, near }, 0.1) end,
      submit = function() return pool:try_submit(require "say".set) end,
    }
    local results = {}
    server:signal "STOP"
    for name, call in pairs(calls) do
      results[name] = ipc.spawn(function() return call(), (select(2, call())) end)
    end
    for name, process in pairs(results) do
      assert.same({ nil, "timeout" }, { process:result(PATIENCE / 2) }, name)
    end
    server:signal "CONT"
    assert.equal(0, q:size())
  end)

  it("lends nothing that was not sent", function()
    local s = ipc.open(address, { lease = 60 })
    local q, a, b = s.queue("q", 1), s.pipe "p"
    server:signal "STOP"
    assert.same({ nil, "timeout" }, { q:put(b, 0.1) })
    server:signal "CONT"
    assert.equal(0, q:size())
    b:close()
    assert.same({ nil, "closed" }, { a:recv(PATIENCE) })
  end)

  it("says of what was sent that it may be there", function()
    local q = ipc.open(address, { lease = 60 }).queue "q"
    server:signal "STOP"
    local good, reason, more = q:put("x", 1)
    server:signal "CONT"
    assert.same({ nil, "timeout" }, { good, reason })
    assert.matches("the server did not answer", more)
    assert.equal(0, q:size())
  end)

  it("grants nothing to those whose time ran out while they waited", function()
    local s = ipc.open(address, { lease = 60 })
    local lock, full, empty = s.lock "l", s.queue("full", 1), s.queue "empty"
    lock:acquire()
    full:put "first"
    local gone = {
      lock = { made("lock", "l"), function(l) return l:acquire(5) end },
      put = { made("queue", "full"), function(q) return q:put("late", 5) end },
      get = { made("queue", "empty"), function(q) return q:get(5) end },
    }
    local results = together(address, gone, function(go, wait)
      go:set()
      await(function()
        local text = server:objects "hung"
        return text:find "held by [^\n]* 1 waiting" and text:find "1 getting" and text:find "1 putting"
      end, "they do not wait")
      server:signal "STOP"
      wait(0)
      local calls = { ipc.spawn(function() return ipc.open(address, { lease = 60 }).queue "full":get() end),
        ipc.spawn(function() return ipc.open(address, { lease = 60 }).queue "empty":put "kept" end) }
      ipc.sleep(0.2)
      server:signal "CONT"
      lock:release()
      assert.equal("first", calls[1]:result(PATIENCE))
      assert.is_true(calls[2]:result(PATIENCE))
      continue(server)
      assert.equal(0, full:size())
      assert.equal(1, empty:size())
      assert.is_nil(lock.holder)
    end)
    for name, result in pairs(results) do assert.is_nil(result[1], name) end
  end)

  it("does not keep a near object that is ready from being told", function()
    local far, near = ipc.open(address, { lease = 60 }).queue "q", ipc.queue()
    near:put(1)
    server:signal "STOP"
    assert.same({ near }, ipc.wait{ far, near })
    assert.equal(1, (ipc.receive{ far, near }))
    server:signal "CONT"
  end)

  it("breaks the barrier at which one came too late", function()
    local first = ipc.spawn(function() return ipc.open(address, { lease = 60 }).barrier("b", 2):wait() end)
    local b = ipc.open(address, { lease = 60 }).barrier("b", 2)
    await(function() return b.waiting == 1 end, "nobody waits")
    server:signal "STOP"
    assert.same({ nil, "timeout" }, { b:wait(0.1) })
    server:signal "CONT"
    assert.same({ nil, "broken" }, { first:result(PATIENCE) })
  end)
end)
