-- What each call of the API announces: see operations_test.c, which gives `announced` and `operations`.  Returns how
-- many cases failed.
local ipc = require "tidelock"
local announced, operations = _G.announced, _G.operations

local cases = {}

-- f(...) announces `expected`.
local function case(name, expected, f, ...)
  cases[#cases + 1] = { name = name, expected = expected, f = f, n = select("#", ...), ... }
end

-- object:call(...), which announces `expected`
local function call(class, object, name, expected, ...)
  case(class .. ":" .. name, expected, function(...) return object[name](object, ...) end, ...)
end

local function nothing() end
local function ended(p)
  p:join()
  return p
end

-- ---- locks and signals ----

for _, class in ipairs{ "lock", "rlock" } do
  local l = ipc[class]()
  call(class, l, "acquire", class .. " acquire", 1)
  case(class .. ".holder", class .. " holder", function() return l.holder end)
  call(class, l, "release", class .. " release")
  call(class, l, "with", ("%s acquire, %s release"):format(class, class), nothing)
  case(class .. ":hold", ("%s acquire, %s release"):format(class, class), function() l:hold():release() end)
end

local rw = ipc.rwlock()
call("rwlock", rw, "read", "rwlock read")
call("rwlock", rw, "release", "rwlock release")
call("rwlock", rw, "write", "rwlock write")
call("rwlock", rw, "release", "rwlock release")
call("rwlock", rw, "with_read", "rwlock read, rwlock release", nothing)
call("rwlock", rw, "with_write", "rwlock write, rwlock release", nothing)

for _, bounded in ipairs{ false, true } do
  local s = ipc.semaphore{ value = 2, bounded = bounded }
  call("semaphore", s, "acquire", "semaphore acquire")
  case("semaphore.value", "semaphore value", function() return s.value end)
  call("semaphore", s, "release", "semaphore release")
  call("semaphore", s, "with", "semaphore acquire, semaphore release", nothing)
end

local e = ipc.event()
call("event", e, "wait", "event wait", 0)
call("event", e, "set", "event set")
call("event", e, "is_set", "event is_set")
call("event", e, "wait", "event wait")
call("event", e, "clear", "event clear")

local c = ipc.condition()
call("condition", c, "acquire", "condition acquire")
call("condition", c, "wait", "condition wait", 0)
call("condition", c, "wait_for", "condition wait", nothing, 0)
call("condition", c, "notify", "condition notify")
call("condition", c, "notify_all", "condition notify_all")
call("condition", c, "release", "condition release")
call("condition", c, "with", "condition acquire, condition release", nothing)

local b = ipc.barrier(1)
call("barrier", b, "wait", "barrier wait")
case("barrier.waiting", "barrier waiting", function() return b.waiting end)
case("barrier.broken", "barrier broken", function() return b.broken end)
case("barrier.parties", "", function() return b.parties end)
call("barrier", b, "abort", "barrier abort")
call("barrier", b, "reset", "barrier reset")

local latch = ipc.latch(1)
call("latch", latch, "wait", "latch wait", 0)
call("latch", latch, "count_down", "latch count_down")
case("latch.count", "latch count", function() return latch.count end)

-- ---- messages ----

for _, order in ipairs{ "fifo", "lifo", "priority" } do
  local q = ipc.queue{ order = order, maxsize = 3 }
  call("queue", q, "put", "queue put", 1)
  call("queue", q, "get", "queue get")
  call("queue", q, "try_put", "queue put", 1)
  call("queue", q, "try_get", "queue get")
  call("queue", q, "try_get", "queue get")
  call("queue", q, "put_many", "queue put, queue put", { 1, 2 })
  call("queue", q, "get_many", "queue get, queue get", 2)
  call("queue", q, "size", "queue size")
  call("queue", q, "is_empty", "queue size")
  call("queue", q, "is_full", "queue size")
  case("#queue", "queue size", function() return #q end)
  case("queue.maxsize", "", function() return q.maxsize end)
  call("queue", q, "task_done", "queue task_done")
  call("queue", q, "join", "queue join", 0)
  call("queue", q, "close", "queue close")
  case("queue:items", "queue get", function()
    local step, state, i = q:items()
    step(state, i)
  end)
end

local one, other = ipc.pipe()
call("pipe", one, "poll", "pipe poll", 0)
call("pipe", other, "send", "pipe send", 1)
call("pipe", one, "poll", "pipe poll")
call("pipe", one, "recv", "pipe recv")
call("pipe", one, "close", "pipe close")
call("pipe", other, "close", "pipe close")

local ready = ipc.queue()
case("wait", "queue put, wait, queue get", function()
  ready:put(1)
  ipc.wait{ ready }
  ready:get()
end)
case("wait, in vain", "wait", ipc.wait, { ready, e }, 0)
case("receive", "wait", ipc.receive, { ready }, 0)

-- ---- shared data ----

local v = ipc.value(1)
call("value", v, "get", "value get")
call("value", v, "set", "value set", 2)
call("value", v, "add", "value add", 2)
call("value", v, "compare_set", "value compare_set", 4, 5)
call("value", v, "compare_set", "value compare_set", 4, 5)
call("value", v, "update", "value update", function(n) return n end)

local a = ipc.array("int8", 2)
case("array[i]", "array get", function() return a[1] end)
case("array[i] = n", "array set", function() a[1] = 1 end)
call("array", a, "add", "array add", 1, 1)
case("#array", "", function() return #a end)
case("ipc.array", "", ipc.array, "int8", { 1, 2, 3 })

local buffer = ipc.buffer(100)
call("buffer", buffer, "write", "buffer write", 1, "text")
call("buffer", buffer, "read", "buffer read", 1, 4)

local t = ipc.table()
case("table.k", "table get", function() return t.k end)
case("table.k = v", "table set", function() t.k = 1 end)
call("table", t, "get", "table get", "k")
call("table", t, "set", "table set", "k", 1)
call("table", t, "add", "table add", "k", 1)
call("table", t, "update", "table update", "k", function(n) return n end)
call("table", t, "keys", "table keys")
case("#table", "table length", function() return #t end)
case("pairs(table)", "table keys, table get", function() for _ in pairs(t) do nothing() end end)
case("ipc.table", "", ipc.table, { 1, 2, 3 })

-- ---- tasks ----

case("yield", "yield", ipc.yield)
case("choose", "choose", ipc.choose, 2)
case("sleep", "sleep", ipc.sleep, 0)
case("sleep, for a while", "sleep", ipc.sleep, 0.01)
case("children", "children", ipc.children)
case("parent", "parent", ipc.parent)
case("now, getpid, getppid, cpu_count, current, tostring", "", function()
  return ipc.now(), ipc.getpid(), ipc.getppid(), ipc.cpu_count(), ipc.current().name, tostring(v), tostring(t)
end)
case("process", "", ipc.process, nothing)

local started, stays = ipc.process(nothing), ipc.spawn(function() ipc.sleep() end)
case("process.daemon = true", "process daemon", function() started.daemon = true end)
call("process", started, "start", "process start")
call("process", started, "join", "process join")
call("process", started, "result", "process result")
call("process", started, "is_alive", "process is_alive")
case("process.exitcode", "process is_alive", function() return started.exitcode end)
call("process", stays, "suspend", "process suspend")
call("process", stays, "resume", "process resume")
call("process", stays, "signal", "process signal", 18)
case("ipc.on_signal", "process on_signal", ipc.on_signal, "USR2", nil)
case("ipc.signal", "process on_signal", ipc.signal, "USR1")
local usr2 = ipc.signal "USR2"
case("ipc.signal again", "", ipc.signal, "USR2")
case("signal:get", "wait", function() return usr2:get(0) end)
case("signal:close", "", function() return usr2:close() end)
call("process", stays, "terminate", "process terminate")
case("process:kill", "process kill", function() return pcall(stays.kill, stays) end)
case("process:join", "process join", ended, stays)

local thread, sleeper = ipc.thread(nothing), ipc.spawn_thread(function() ipc.sleep() end)
call("thread", thread, "start", "thread start")
call("thread", thread, "join", "process join")
call("thread", thread, "result", "process result")
call("thread", sleeper, "cancel", "thread cancel")
case("thread:join", "process join", ended, sleeper)

-- ---- pools ----

local pool = ipc.pool(1)
local future
local P = "pool "
case("pool:submit", P .. "submit", function() future = pool:submit(nothing) end)
case("future:wait", P .. "wait", function() return future:wait() end)
case("future:is_ready", P .. "is_ready", function() return future:is_ready() end)
case("future:is_ok", P .. "is_ok", function() return future:is_ok() end)
case("future:cancel", P .. "cancel", function() return future:cancel() end)
case("future:get", P .. "get", function() return future:get() end)
call("pool", pool, "apply", P .. "submit, " .. P .. "apply", nothing)
call("pool", pool, "map", P .. "map, " .. P .. "submit, " .. P .. "submit", nothing, { 1, 2 }, 1)
call("pool", pool, "starmap", P .. "starmap, " .. P .. "submit", nothing, { { 1 } }, 1)
case("pool:imap", P .. "submit, " .. P .. "imap", function() for _ in pool:imap(nothing, { 1 }) do nothing() end end)
case("pool:imap_unordered", P .. "submit, " .. P .. "imap_unordered", function()
  for _ in pool:imap_unordered(nothing, { 1 }) do nothing() end
end)
call("pool", pool, "close", P .. "close")
case("pool:join", P .. "join, ...", function() return pool:join() end)

-- ---- spaces ----

local NAME = "operations-" .. ipc.getpid()
local space
case("open", "open", function() space = ipc.open(NAME) end)
case("space.lock", "find, make", function() return space.lock("till") end)
case("space.lock, again", "find", function() return space.lock("till") end)
case("space.queue", "make", function() return space.queue("orders", 3) end)
case("an object in a space", "find, lock acquire, lock release", function() space.lock("till"):with(nothing) end)
case("space:list", "list, find, find", function() return space:list() end)
case("space:remove", "remove", function() return space:remove("till") end)
case("space:remove()", "remove", function() return space:remove() end)

-- ---- running them ----

-- What no case of the above sees: the worker's side of a pool, and the rest.
local ELSEWHERE = { ["pool take"] = true, ["pool finish"] = true, ["pool ready"] = true, ["pool terminate"] = true,
  ["table count"] = true }

local failed, seen = 0, {}
local function say(well, name, why)
  print((well and "ok - " or "not ok - ") .. name .. (well and "" or "\n# " .. why))
  failed = failed + (well and 0 or 1)
end

for _, row in ipairs(cases) do
  local well, text = pcall(announced, row.f, table.unpack(row, 1, row.n))
  for operation in text:gmatch "[^,]+" do seen[operation:match "^ ?(.*)"] = true end
  -- "...": the rest hangs on which workers have ended
  local most = row.expected:match "^(.*)%.%.%.$"
  local same = most and text:sub(1, #most) == most or text == row.expected
  say(well and same, row.name, ("expected %q, not %q"):format(row.expected, text))
end

for operation in pairs(operations()) do
  if not ELSEWHERE[operation] then say(seen[operation], "a call announces " .. operation, "none does") end
end

return failed
