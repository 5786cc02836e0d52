-- What is measured: each case runs `n` operations and returns the seconds they took.  reference.py has the same cases,
-- as one would write them with Python's multiprocessing.
-- cases.lua CASE N prints the seconds that N operations take, from a program of its own, as reference.py does.
--   unit "rate": n / seconds; more is better.  unit "time": microseconds an operation; less is better.
--   want: the ratio to Python that the project promises.
local ipc = require "tidelock"

local function start(count, fn)
  local list = {}
  for n = 1, count do list[n] = ipc.spawn(fn, n) end
  return list
end

local function join(list)
  for _, process in ipairs(list) do process:join() end
end

local function timed(fn)
  local before = ipc.now()
  fn()
  return ipc.now() - before
end

-- writers put n messages in all; readers, of which one is this process, get them
local function stream(n, message, writers, readers, maxsize)
  local q = ipc.queue(maxsize)
  local function read()
    for _ = 1, n / readers do q:get() end
  end
  return timed(function()
    local others = start(writers, function()
      for _ = 1, n / writers do q:put(message) end
    end)
    local more = start(readers - 1, read)
    read()
    join(others)
    join(more)
  end)
end

local function queue_ping_pong(n)
  local there, back = ipc.queue(), ipc.queue()
  local echo = start(1, function()
    for _ = 1, n do back:put(there:get()) end
  end)
  local seconds = timed(function()
    for i = 1, n do
      there:put(i)
      back:get()
    end
  end)
  join(echo)
  return seconds
end

local function pipe_ping_pong(n)
  local ours, theirs = ipc.pipe()
  local echo = start(1, function()
    for _ = 1, n do theirs:send(theirs:recv()) end
  end)
  local seconds = timed(function()
    for i = 1, n do
      ours:send(i)
      ours:recv()
    end
  end)
  join(echo)
  return seconds
end

-- two tasks take turns, each of which ends with a notify
local function condition_ping_pong(n)
  local condition, turn = ipc.condition(), ipc.value(0)
  local function play(me)
    for _ = 1, n do
      condition:acquire()
      while turn:get() ~= me do condition:wait() end
      turn:set(1 - me)
      condition:notify()
      condition:release()
    end
  end
  local echo = start(1, function() play(1) end)
  local seconds = timed(function() play(0) end)
  join(echo)
  return seconds
end

local function event_ping_pong(n)
  local there, back = ipc.event(), ipc.event()
  local echo = start(1, function()
    for _ = 1, n do
      there:wait()
      there:clear()
      back:set()
    end
  end)
  local seconds = timed(function()
    for _ = 1, n do
      there:set()
      back:wait()
      back:clear()
    end
  end)
  join(echo)
  return seconds
end

-- the same while a process for each CPU computes
local function busy(case)
  return function(n)
    local over = ipc.event()
    local hogs = start(ipc.cpu_count(), function()
      while not over:is_set() do
        for _ = 1, 10000 do end
      end
    end)
    local seconds = case(n)
    over:set()
    join(hogs)
    return seconds
  end
end

local function lock_pairs(n, count)
  local lock = ipc.lock()
  local acquire, release = lock.acquire, lock.release -- as the Python of this case does
  local function pairs_of(times)
    for _ = 1, times do
      acquire(lock)
      release(lock)
    end
  end
  if count == 1 then return timed(function() pairs_of(n) end) end
  return timed(function() join(start(count, function() pairs_of(n / count) end)) end)
end

local function table_get(n)
  local t = ipc.table{ k = 7 }
  return timed(function()
    for _ = 1, n do local _ = t.k end
  end)
end

local function table_set(n)
  local t = ipc.table{ k = 7 }
  return timed(function()
    for i = 1, n do t.k = i end
  end)
end

local function value_add(n, count)
  local value = ipc.value(0)
  local seconds = timed(function()
    join(start(count, function()
      for _ = 1, n / count do value:add(1) end
    end))
  end)
  assert(value:get() == n)
  return seconds
end

local function barrier_rounds(n, parties)
  local barrier = ipc.barrier(parties)
  return timed(function()
    join(start(parties, function()
      for _ = 1, n do barrier:wait() end
    end))
  end)
end

local function same(x) return x end

-- a pool of two that has worked already
local function warm()
  local pool = ipc.pool(2)
  pool:map(same, { 1, 2, 3, 4 })
  return pool
end

local function pool_map(n, chunk)
  local pool, list = warm(), {}
  for i = 1, n do list[i] = i end
  return timed(function() pool:map(same, list, chunk) end)
end

local function pool_submit(n)
  local pool, futures = warm(), {}
  return timed(function()
    for i = 1, n do futures[i] = pool:submit(same, i) end
    for i = 1, n do futures[i]:get() end
  end)
end

local function pool_apply(n)
  local pool = warm()
  return timed(function()
    for i = 1, n do pool:apply(same, i) end
  end)
end

local function pool_create(n)
  return timed(function()
    for _ = 1, n do
      local pool = ipc.pool(2)
      pool:close()
      pool:join()
    end
  end)
end

local function start_and_join(n)
  return timed(function()
    for _ = 1, n do ipc.spawn(function() end):join() end
  end)
end

local function idle_memory()
  local over = ipc.event()
  local ready = ipc.queue()
  local child = ipc.spawn(function()
    ready:put(true)
    over:wait()
  end)
  ready:get()
  ipc.sleep(0.1)
  local sum = 0
  for line in io.lines("/proc/" .. child.pid .. "/smaps_rollup") do
    local size = line:match("^Private_%a+:%s+(%d+) kB")
    sum = sum + (tonumber(size) or 0)
  end
  over:set()
  child:join()
  return sum
end

local KIB, MIB = ("x"):rep(1 << 10), ("x"):rep(1 << 20)

local cases = {
  { name = "queue-int", n = 400000, want = 15, run = function(n) return stream(n, 7, 1, 1) end },
  { name = "queue-1KiB", n = 300000, want = 10, run = function(n) return stream(n, KIB, 1, 1) end },
  { name = "queue-1MiB", n = 500, want = 5, run = function(n) return stream(n, MIB, 1, 1) end },
  { name = "queue-bounded-10", n = 200000, want = 8, run = function(n) return stream(n, 7, 1, 1, 10) end },
  { name = "queue-4-writers", n = 400000, want = 10, run = function(n) return stream(n, 7, 4, 1) end },
  { name = "queue-2-and-2", n = 400000, want = 10, run = function(n) return stream(n, 7, 2, 2) end },
  { name = "queue-ping-pong", n = 10000, want = 5, unit = "time", run = queue_ping_pong },
  { name = "pipe-ping-pong", n = 10000, want = 5, unit = "time", run = pipe_ping_pong },
  { name = "condition-ping-pong", n = 10000, want = 5, unit = "time", run = condition_ping_pong },
  { name = "event-ping-pong", n = 10000, want = 5, unit = "time", run = event_ping_pong },
  { name = "queue-ping-pong-busy", n = 3000, want = 1, unit = "time", run = busy(queue_ping_pong) },
  { name = "pipe-ping-pong-busy", n = 3000, want = 1, unit = "time", run = busy(pipe_ping_pong) },
  { name = "lock-alone", n = 3000000, want = 1, run = function(n) return lock_pairs(n, 1) end },
  { name = "lock-2", n = 2000000, want = 1, run = function(n) return lock_pairs(n, 2) end },
  { name = "lock-4", n = 2000000, want = 1, run = function(n) return lock_pairs(n, 4) end },
  { name = "table-get", n = 400000, want = 100, run = table_get },
  { name = "table-set", n = 400000, want = 50, run = table_set },
  { name = "value-add-2", n = 2000000, want = 10, run = function(n) return value_add(n, 2) end },
  { name = "barrier-4", n = 10000, want = 4, unit = "time", run = function(n) return barrier_rounds(n, 4) end },
  { name = "pool-map", n = 200000, want = 1.5, run = pool_map },
  { name = "pool-map-chunk-1", n = 200000, want = 10, run = function(n) return pool_map(n, 1) end },
  { name = "pool-submit-get", n = 20000, want = 10, run = pool_submit },
  { name = "pool-apply", n = 20000, want = 15, run = pool_apply },
  { name = "pool-create-close", n = 40, want = 5, unit = "time", run = pool_create },
  { name = "start-join", n = 500, want = 5, run = start_and_join },
  { name = "idle-memory", n = 1, most = 400, unit = "kB", run = idle_memory },
}

local name, n = ...
for _, case in ipairs(cases) do
  if case.name == name then print(case.run(math.tointeger(tonumber(n)))) end
end
return cases
