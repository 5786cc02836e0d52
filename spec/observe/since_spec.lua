-- Since when a task waits, as ipc.ps tells it: since its call began to, whatever has woken it meanwhile.
local ipc = require "tidelock"
local PATIENCE = 20

-- The task of this name as ipc.ps shows it, once it waits or sleeps.
local function sleeping(name)
  local limit = ipc.now() + PATIENCE
  repeat
    for _, task in ipairs(ipc.ps()) do
      if task.name == name and task.since then return task end
    end
    ipc.sleep(0.002)
  until ipc.now() > limit
  error(("no task %q waits"):format(name))
end

local function start(name, f) return ipc.process{ name = name, target = f }:start() end

local function pool_that_sleeps(options)
  local pool = ipc.pool(options)
  return pool, function() return pool:submit(function() ipc.sleep() end) end
end

local function address() return "unix:" .. os.tmpname() .. ".socket" end

local waits = {
  sleep = function() ipc.sleep() end,
  ["event:wait"] = function() ipc.event():wait() end,
  ["event:wait, until a deadline"] = function() ipc.event():wait(2 * PATIENCE) end,
  ["lock:acquire"] = function(held) held.lock:acquire() end,
  ["rlock:acquire"] = function(held) held.rlock:acquire() end,
  ["rwlock:read"] = function(held) held.rwlock:read() end,
  ["rwlock:write"] = function(held) held.rwlock:write() end,
  ["semaphore:acquire"] = function() ipc.semaphore(0):acquire() end,
  ["semaphore:acquire of a bounded one"] = function(held) held.seats:acquire() end,
  ["condition:wait"] = function()
    local condition = ipc.condition()
    condition:acquire()
    condition:wait()
  end,
  ["barrier:wait"] = function() ipc.barrier(2):wait() end,
  ["latch:wait"] = function() ipc.latch(1):wait() end,
  ["queue:get"] = function() ipc.queue():get() end,
  ["queue:put"] = function() ipc.queue(1):put_many{ 1, 2 } end,
  ["queue:get, ordered"] = function() ipc.queue{ order = "priority" }:get() end,
  ["queue:put, ordered"] = function() ipc.queue{ order = "lifo", maxsize = 1 }:put_many{ 1, 2 } end,
  ["queue:join"] = function()
    local q = ipc.queue()
    q:put(1)
    q:join()
  end,
  ["pipe:recv"] = function(held) held.pipe:recv() end,
  ["pipe:poll"] = function(held) held.pipe:poll(2 * PATIENCE) end,
  ["pipe:send"] = function(held) while true do held.pipe:send(("x"):rep(100000)) end end,
  ["process:join"] = function() ipc.spawn(ipc.sleep, 2 * PATIENCE):join() end, -- they outlive who is killed
  ["process:result"] = function() ipc.spawn(ipc.sleep, 2 * PATIENCE):result() end,
  ["ipc.wait"] = function() ipc.wait{ ipc.event(), ipc.queue() } end,
  ["ipc.receive"] = function() ipc.receive{ ipc.queue(), ipc.queue() } end,
  ["value:set"] = function(held) held.value:set(2) end,
  ["future:get"] = function()
    local _, submit = pool_that_sleeps(1)
    submit():get()
  end,
  ["future:wait"] = function()
    local _, submit = pool_that_sleeps(1)
    submit():wait()
  end,
  ["ipc.wait of a future"] = function()
    local _, submit = pool_that_sleeps(1)
    ipc.wait{ submit() }
  end,
  ["pool:map"] = function() ipc.pool(1):map(function() ipc.sleep() end, { 1 }) end,
  ["pool:imap"] = function() for _ in ipc.pool(1):imap(function() ipc.sleep() end, { 1 }) do error "slept" end end,
  ["pool:submit to a full one"] = function()
    local _, submit = pool_that_sleeps{ workers = 1, queue = 1 }
    for _ = 1, 3 do submit() end
  end,
  ["pool:join"] = function()
    local pool, submit = pool_that_sleeps(1)
    submit()
    pool:close()
    pool:join()
  end,
  ["command:join"] = function() ipc.command{ "sleep", "60" }:join() end,
  ["command:read"] = function() ipc.command{ "sleep", "60" }.stdout:read() end,
  ["command:communicate"] = function() ipc.command{ "sleep", "60" }:communicate() end,
  ["listener:accept"] = function() ipc.listen(address()):accept() end,
  ["connection:recv"] = function()
    local listener = ipc.listen(address())
    ipc.connect(listener.address):recv()
  end,
  ["ipc.wait of a listener"] = function() ipc.wait{ ipc.listen(address()), ipc.event() } end
}

local function held_by_main()
  local held = { lock = ipc.lock(), rlock = ipc.rlock(), rwlock = ipc.rwlock(), value = ipc.value(1),
    seats = ipc.semaphore{ value = 1, bounded = true } }
  held.lock:acquire()
  held.rlock:acquire()
  held.rwlock:write()
  held.seats:acquire()
  held.pipe, held.other = ipc.pipe()
  local updater = start("updater", function() held.value:update(function() ipc.sleep() end) end)
  sleeping("updater")
  return held, updater
end

local function kill_all(tasks)
  for _, task in pairs(tasks) do task:kill() end
  for _, task in pairs(tasks) do task:join() end
end

local function kill_one() kill_all{ start("victim", ipc.sleep) } end

describe("since when a task waits", function()
  it("is told, whatever for and whoever dies meanwhile", function()
    local held, updater = held_by_main()
    local tasks, before = { updater }, {}
    finally(function() kill_all(tasks) end)
    for name, wait in pairs(waits) do tasks[name] = start(name, function() wait(held) end) end
    for name in pairs(waits) do before[name] = sleeping(name).since end
    ipc.sleep(0.2)
    kill_one()
    ipc.sleep(0.1) -- they have been woken by that, and sleep again
    for name in pairs(waits) do
      local now = sleeping(name).since
      assert.truthy(now >= before[name] + 0.3, ("%s: %g s"):format(name, now))
    end
  end)

  it("is told of the call that waits, not of one before", function()
    local told = ipc.queue()
    local task = start("waiter", function()
      ipc.event():wait(0.1)
      told:put(ipc.now())
      ipc.event():wait()
    end)
    finally(function() kill_all{ task } end)
    local began = told:get(PATIENCE)
    local since = sleeping("waiter").since
    assert.truthy(since <= ipc.now() - began, since)
  end)

  it("is what it was after a callback that has waited meanwhile", function()
    local go, told = ipc.event(), ipc.queue()
    local task = start("waiter", function()
      ipc.pool(1):apply_async(function() go:wait() end, nil, function()
        told:put(ipc.now())
        ipc.sleep(0.01)
        told:put "over"
      end)
      ipc.event():wait()
    end)
    finally(function() kill_all{ task } end)
    sleeping "waiter"
    go:set()
    local called = told:get(PATIENCE)
    told:get(PATIENCE)
    local now = ipc.now()
    local since = sleeping("waiter").since
    assert.truthy(since >= now - called, since)
  end)
end)
