-- Finalizers run at any allocation, and in Lua 5.3 raise there what they raise.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local engine = dofile "spec/support/engine.lua"
local shell = dofile "spec/support/shell.lua"

local PATIENCE = 20

-- Calls f while the collector runs at each allocation.
local function collecting(f)
  local pause, multiplier = collectgarbage("setpause", 1), collectgarbage("setstepmul", 100000)
  local good, why = pcall(f)
  collectgarbage("setpause", pause)
  collectgarbage("setstepmul", multiplier)
  while not pcall(collectgarbage) do end -- what raises does so here
  assert(good, why)
end

-- Leaves garbage whose finalizers raise, for the next allocation to collect.
local function litter()
  collectgarbage "stop"
  for _ = 1, 5 do setmetatable({}, { __gc = function() error("finalizer", 0) end }) end
  collectgarbage "restart"
end

-- In a program of its own, whose heap is small.
local TAKE = [[
local ipc = require "tidelock"
local space = %s
local q, a, b = space.queue(%s{ maxsize = 9 }), space.pipe(%s)
local function collect() while not pcall(collectgarbage) do end end
local function litter()
  collectgarbage "stop"
  for _ = 1, 5 do setmetatable({}, { __gc = function() error("finalizer", 0) end }) end
  collectgarbage "restart"
end
local put, get, get_many, send, recv = q.put, q.get, q.get_many, a.send, b.recv
local ways = {
  { "get", function(message) put(q, message) end, function() return get(q, 0) end },
  { "get_many", function(message) put(q, message) end, function() return get_many(q, 1, 0)[1] end },
  { "recv", function(message) send(a, message) end, function() return recv(b, 0) end },
}
local messages = { ("long "):rep(50), { "a", { "table" } }, ("x"):rep(30000) }
collectgarbage("setpause", 1)
collectgarbage("setstepmul", 100000)
for round = 1, 5 do
  for _, way in ipairs(ways) do
    for _, message in ipairs(messages) do
      local give, take = way[2], way[3]
      collect()
      give(message)
      local good, got
      litter()
      repeat good, got = pcall(take) until good -- before it takes it may raise
      collect()
      if type(got) ~= type(message) or #got ~= #message then print("lost by " .. way[1]) end
    end
  end
end
print "all came"
]]

for _, at in ipairs(_VERSION == "Lua 5.3" and both.all or {}) do
  describe("what a finalizer raises, " .. at.where .. ",", function()
    -- What f does is done 50 times, each time amid litter.
    local function amid_litter(f)
      for _ = 1, at.times(50) do
        litter()
        pcall(f)
      end
    end

    it("loses no message", function()
      local space = at.far and ('ipc.open "%s"'):format(engine.shared():address "finalizers") or "ipc"
      local out, err = shell.script(TAKE:format(space, at.far and "'q', " or "", at.far and "'p'" or ""))
      assert.equal("all came\n", out .. err)
    end)

    for _, kind in ipairs{ "lock", "rlock", "semaphore" } do
      it("leaves nothing held by hold and with: " .. kind, function()
        local object = kind == "semaphore" and at.semaphore(1) or at[kind]()
        local function nothing() end
        local function hold()
          local held = object.hold and object:hold()
          while held and not pcall(held.release, held) do end
        end
        local function with() object:with(nothing) end
        collecting(function()
          amid_litter(hold)
          amid_litter(with)
        end)
        assert.is_true(ipc.spawn(function() return (object:acquire(PATIENCE)) end):result(PATIENCE))
      end)
    end
  end)
end

-- In a program of its own, whose heap is small.
local GARBAGE = [[
local space = %s
local q, list, collected = space.queue(%s), {}, false
for i = 1, 20000 do list[i] = ("message %%d"):format(i) .. ("x"):rep(100) end
collectgarbage()
setmetatable({}, { __gc = function() collected = true end })
q:put_many(list)
print(collected)
]]

describe("garbage that a call makes", function()
  it("is collected amid it", function()
    if both.missing then return pending(both.missing) end
    local space = ('require "tidelock".open "%s"'):format(engine.shared():address "garbage")
    local out, err = shell.script(GARBAGE:format(space, "'q'"))
    assert.equal("true\n", out .. err)
  end)
end)

describe("a finalizer that asks for the outcome of a future", function()
  -- Calls use(future), while finalizers ask for the outcome of each future.
  local function while_asked(rounds, make, use)
    local future, goes_on = nil, true
    local function again()
      setmetatable({}, { __gc = function()
        if future then pcall(future.get, future, 0) end
        if goes_on then again() end
      end })
    end
    again()
    collecting(function()
      for _ = 1, rounds do
        future = make()
        use(future)
        future = nil
      end
      goes_on = false
    end)
  end

  it("may do so while that is cancelled", function()
    local pool, cancelled = ipc.pool(2), 0
    finally(function() pool:terminate() end)
    while_asked(100, function()
      local future = pool:apply_async(function() ipc.sleep() end, {}, function() end, function() end)
      ipc.sleep(0.001)
      return future
    end, function(future)
      if future:cancel() then cancelled = cancelled + 1 end
    end)
    assert.equal(100, cancelled)
    assert.equal(3, pool:apply(function() return 3 end))
  end)

  for _, size in ipairs{ 1, 5000 } do
    it("may do so while that is asked for, of " .. size .. " bytes each", function()
      local pool, text = ipc.pool(2), ("x"):rep(size)
      finally(function() pool:terminate() end)
      while_asked(10, function()
        return pool:map_async(function(n) return text .. n end, { 1, 2, 3, 4, 5, 6, 7, 8 }, 1)
      end, function(future)
        local results = future:get(PATIENCE)
        for n = 1, 8 do assert.equal(text .. n, results[n]) end
      end)
      while_asked(10, function() return pool:submit(function() return text, { text } end) end, function(future)
        assert.same({ text, { text } }, { future:get(PATIENCE) })
      end)
    end)
  end
end)

describe("a finalizer that closes an end of a pipe", function()
  it("may do so while the end is being given to a process", function()
    -- each finalizer leaves the next: so one runs at each allocation of start, and one of them closes the end
    local out, err, status = shell.script[[
      local ipc = require "tidelock"
      local ends, others = {}, {}
      for i = 1, 1000 do ends[i], others[i] = ipc.pipe() end
      local function litter(count, f)
        setmetatable({}, { __gc = function() if count == 1 then f() else litter(count - 1, f) end end })
      end
      for at = 1, 6 do
        ends[1], others[1] = ipc.pipe()
        local p = ipc.process(function() end, ends)
        collectgarbage()
        collectgarbage "stop"
        litter(at, function() ends[1]:close() end)
        local pause, multiplier = collectgarbage("setpause", 0), collectgarbage("setstepmul", 1000000)
        collectgarbage "restart"
        pcall(p.start, p)
        collectgarbage("setpause", pause)
        collectgarbage("setstepmul", multiplier)
        if p.pid then p:join() end
      end
      print "all were started"
    ]]
    assert.same({ "all were started\n", "", 0 }, { out, err, status })
  end)
end)
