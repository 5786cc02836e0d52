-- One row for each blocking call of the API.  Every row goes through the same tests (blocking_calls_spec):
--   make()        a state: a table, in which `object` is what tasks wait on
--   block(s, t)   the call, with timeout t; it must wait, as made
--   release(s)    lets one waiter go on
--   waiting       how tostring(s.object) shows n waiters: a pattern with %d for n
--   outcome       what the call returns when the time is over: "timeout", "full", ...; false: it returns false
--   each          a release is for one waiter: the next needs its own.  Else it is for all
--   momentary     a release that finds nobody waiting is forgotten
--   finish(s)     ends what make started, where no release came
--   holder(s)     takes what the others wait for, in the calling task; it is passed on when that task dies;
--                 holder_waiting: how tostring shows it waiting for that, where not as `waiting`
--                 silent: the call does not say "abandoned" then
local ipc = require "tidelock"

local function filled(q)
  assert(q:put("first", 0))
  return { object = q }
end

local function put_row(order)
  return {
    class = "queue", call = "put", name = "queue:put, " .. order,
    make = function() return filled(ipc.queue{ maxsize = 1, order = order }) end,
    block = function(s, t) return s.object:put("second", t) end,
    release = function(s) assert(s.object:get(0)) end,
    waiting = "%d putting", outcome = "full", each = true,
  }
end

local function get_row(order)
  return {
    class = "queue", call = "get", name = "queue:get, " .. order,
    make = function() return { object = ipc.queue{ order = order } } end,
    block = function(s, t) return s.object:get(t) end,
    release = function(s) assert(s.object:put("a message")) end,
    waiting = "%d getting", outcome = "empty", each = true,
  }
end

local function rwlock_row(call, waiting)
  return {
    class = "rwlock", call = call,
    make = function()
      local lock = ipc.rwlock()
      lock:write()
      return { object = lock }
    end,
    block = function(s, t)
      local ok, why = s.object[call](s.object, t)
      if ok then s.object:release() end
      return ok, why
    end,
    release = function(s) s.object:release() end,
    waiting = waiting, outcome = "timeout",
    holder = function(s) s.object:write() end, holder_waiting = "%d to write",
  }
end

local function child_until_event()
  local over = ipc.event()
  return { over = over, object = ipc.spawn(function()
    over:wait()
    return "a result"
  end) }
end

local function thread_until_event()
  local over = ipc.event()
  return { over = over, object = ipc.thread(function()
    over:wait()
    return "a result"
  end):start() }
end

-- a child in an update of a table, until the gate is opened
local function table_in_update()
  local t, gate, inside = ipc.table(), ipc.event(), ipc.event()
  local child = ipc.spawn(function()
    t:update("k", function()
      inside:set()
      gate:wait()
      return 1
    end)
  end)
  inside:wait()
  return { object = t, gate = gate, child = child }
end

-- Only its owner can use a pool: so each task makes one of its own, whose worker waits for the gate.
local function pool_row(class, call, block)
  return {
    class = class, call = call,
    make = function() return { object = ipc.event() } end,
    block = function(s, t)
      local pool = ipc.pool(1)
      return block(pool, pool:submit(function() return s.object:wait() end), t)
    end,
    release = function(s) s.object:set() end,
    waiting = "%d waiting", outcome = "timeout",
  }
end

return {
  pool_row("future", "get", function(_, future, t) return future:get(t) end),
  pool_row("future", "wait", function(_, future, t) return future:wait(t) end),
  pool_row("pool", "join", function(pool, _, t)
    pool:close()
    return pool:join(t)
  end),
  {
    class = "lock", call = "acquire",
    make = function()
      local lock = ipc.lock()
      lock:acquire()
      return { object = lock }
    end,
    block = function(s, t)
      local ok, why = s.object:acquire(t)
      if ok then s.object:release() end
      return ok, why
    end,
    release = function(s) s.object:release() end,
    waiting = "%d waiting", outcome = "timeout",
    holder = function(s) s.object:acquire() end,
  },
  {
    class = "lock", call = "hold",
    make = function()
      local lock = ipc.lock()
      lock:acquire()
      return { object = lock }
    end,
    block = function(s, t)
      local held, why = s.object:hold(t)
      if held then held:release() end
      return held and true, why
    end,
    release = function(s) s.object:release() end,
    waiting = "%d waiting", outcome = "timeout",
    holder = function(s) s.object:acquire() end, silent = true,
  },
  {
    class = "semaphore", call = "acquire",
    make = function() return { object = ipc.semaphore(0) } end,
    block = function(s, t) return s.object:acquire(t) end,
    release = function(s) s.object:release() end,
    waiting = "%d waiting", outcome = "timeout", each = true,
  },
  {
    class = "semaphore", call = "acquire", name = "semaphore:acquire, bounded",
    make = function()
      local s = ipc.semaphore{ value = 1, bounded = true }
      s:acquire()
      return { object = s }
    end,
    block = function(s, t)
      local ok, why = s.object:acquire(t)
      if ok then s.object:release() end
      return ok, why
    end,
    release = function(s) s.object:release() end,
    waiting = "%d waiting", outcome = "timeout",
    holder = function(s) s.object:acquire() end, silent = true,
  },
  {
    class = "event", call = "wait",
    make = function() return { object = ipc.event() } end,
    block = function(s, t) return s.object:wait(t) end,
    release = function(s) s.object:set() end,
    waiting = "%d waiting", outcome = "timeout",
  },
  {
    class = "barrier", call = "wait",
    make = function() return { object = ipc.barrier(2) } end,
    block = function(s, t) return s.object:wait(t) end,
    release = function(s) assert(s.object:wait(5)) end,
    waiting = "%d of 2 waiting", outcome = "timeout",
    breaks = true, -- a waiter that gives up or dies breaks the round
  },
  get_row "fifo", get_row "lifo", get_row "priority",
  {
    class = "queue", call = "get_many",
    make = function() return { object = ipc.queue() } end,
    block = function(s, t) return s.object:get_many(5, t) end,
    release = function(s) assert(s.object:put("a message")) end,
    waiting = "%d getting", outcome = "empty", each = true,
  },
  put_row "fifo", put_row "lifo", put_row "priority",
  {
    class = "queue", call = "put_many",
    make = function() return filled(ipc.queue(1)) end,
    block = function(s, t)
      local n, why = s.object:put_many({ "second" }, t)
      return n == 1 or nil, why
    end,
    release = function(s) assert(s.object:get(0)) end,
    waiting = "%d putting", outcome = "full", each = true,
  },
  {
    class = "queue", call = "join",
    make = function() return filled(ipc.queue()) end,
    block = function(s, t) return s.object:join(t) end,
    release = function(s)
      s.object:get(0)
      s.object:task_done()
    end,
    waiting = "%d joining", outcome = "timeout",
  },
  {
    class = "pipe", call = "recv",
    make = function()
      local ours, theirs = ipc.pipe()
      return { object = ours, other = theirs }
    end,
    block = function(s, t) return s.object:recv(t) end,
    release = function(s) assert(s.other:send("a message")) end,
    waiting = "%d receiving", outcome = "timeout", each = true,
  },
  {
    class = "pipe", call = "poll",
    make = function()
      local ours, theirs = ipc.pipe()
      return { object = ours, other = theirs }
    end,
    block = function(s, t) return s.object:poll(t) end,
    release = function(s) assert(s.other:send("a message")) end,
    waiting = "%d receiving", outcome = false, each = true,
  },
  {
    class = "pipe", call = "send",
    make = function()
      local ours, theirs = ipc.pipe()
      -- small ones first, which make room for one more each, and last, which fill it; most by large ones, since they
      -- are fewer
      for _ = 1, 8 do ours:send("fill", 0) end
      for _ = 1, 63 do ours:send(("f"):rep((1 << 18) - 100), 0) end
      repeat until not ours:send("fill", 0)
      return { object = ours, other = theirs }
    end,
    block = function(s, t) return s.object:send("more", t) end,
    release = function(s) assert(s.other:recv(0)) end,
    waiting = "%d sending", outcome = "timeout", each = true,
  },
  {
    class = "latch", call = "wait",
    make = function() return { object = ipc.latch(1) } end,
    block = function(s, t) return s.object:wait(t) end,
    release = function(s) s.object:count_down() end,
    waiting = "%d waiting", outcome = "timeout",
  },
  {
    class = "rlock", call = "acquire",
    make = function()
      local lock = ipc.rlock()
      lock:acquire()
      return { object = lock }
    end,
    block = function(s, t)
      local ok, why = s.object:acquire(t)
      if ok then s.object:release() end
      return ok, why
    end,
    release = function(s) s.object:release() end,
    waiting = "%d waiting", outcome = "timeout",
    holder = function(s) s.object:acquire() end,
  },
  {
    class = "rlock", call = "hold",
    make = function()
      local lock = ipc.rlock()
      lock:acquire()
      return { object = lock }
    end,
    block = function(s, t)
      local held, why = s.object:hold(t)
      if held then held:release() end
      return held and true, why
    end,
    release = function(s) s.object:release() end,
    waiting = "%d waiting", outcome = "timeout",
    holder = function(s) s.object:acquire() end, silent = true,
  },
  rwlock_row("read", "%d waiting to read"), rwlock_row("write", "%d to write"),
  {
    class = "condition", call = "acquire",
    make = function()
      local condition = ipc.condition()
      condition:acquire()
      return { object = condition }
    end,
    block = function(s, t)
      local ok, why = s.object:acquire(t)
      if ok then s.object:release() end
      return ok, why
    end,
    release = function(s) s.object:release() end,
    waiting = "), %d waiting", outcome = "timeout",
    holder = function(s) s.object:acquire() end,
  },
  {
    class = "condition", call = "wait",
    make = function() return { object = ipc.condition() } end,
    block = function(s, t)
      return s.object:with(s.object.wait, s.object, t)
    end,
    release = function(s) s.object:with(s.object.notify, s.object) end,
    waiting = "%d waiting; its lock is free", outcome = "timeout", each = true,
    momentary = true,
  },
  {
    class = "condition", call = "wait_for",
    make = function() return { object = ipc.condition(), flag = ipc.value(0) } end,
    block = function(s, t)
      return s.object:with(function()
        return s.object:wait_for(function() return s.flag:get() > 0 end, t)
      end)
    end,
    release = function(s)
      s.flag:set(1)
      s.object:with(s.object.notify_all, s.object)
    end,
    waiting = "%d waiting; its lock is free", outcome = "timeout",
  },
  {
    class = "process", call = "join", make = child_until_event,
    block = function(s, t) return s.object:join(t) end,
    release = function(s) s.over:set() end,
    waiting = "%d joining", outcome = "timeout",
  },
  {
    class = "process", call = "result", make = child_until_event,
    block = function(s, t) return s.object:result(t) end,
    release = function(s) s.over:set() end,
    waiting = "%d joining", outcome = "timeout",
  },
  {
    class = "thread", call = "join", make = thread_until_event,
    block = function(s, t) return s.object:join(t) end,
    release = function(s) s.over:set() end,
    finish = function(s) s.over:set() end,
    waiting = "%d joining", outcome = "timeout",
  },
  {
    class = "thread", call = "result", make = thread_until_event,
    block = function(s, t) return s.object:result(t) end,
    release = function(s) s.over:set() end,
    finish = function(s) s.over:set() end,
    waiting = "%d joining", outcome = "timeout",
  },
  {
    class = "table", call = "update", make = table_in_update,
    block = function(s, t) return s.object:update("k", function(k) return k or 0 end, t) end,
    release = function(s) s.gate:set() end,
    finish = function(s)
      s.gate:set()
      s.child:join()
    end,
    waiting = "%d waiting", outcome = "timeout",
  },
  {
    class = "ipc", call = "wait", name = "ipc.wait, a queue among others",
    make = function()
      -- both ends: one whose other end is collected as garbage is ready, as it is over
      local ours, theirs = ipc.pipe()
      return { object = ipc.queue(), event = ipc.event(), pipe = ours, other = theirs }
    end,
    block = function(s, t) return ipc.wait({ s.event, s.object, s.pipe }, t) end,
    release = function(s) s.object:put("a message") end,
    waiting = "%d getting", outcome = "timeout",
  },
  {
    class = "ipc", call = "wait", name = "ipc.wait, an event among others",
    make = function() return { object = ipc.event(), queue = ipc.queue{ order = "lifo" } } end,
    block = function(s, t) return ipc.wait({ s.object, s.queue }, t) end,
    release = function(s) s.object:set() end,
    waiting = "%d waiting", outcome = "timeout",
  },
  {
    class = "ipc", call = "receive", name = "ipc.receive, of a queue among others",
    make = function()
      local ours, theirs = ipc.pipe()
      return { object = ipc.queue(), pipe = ours, other = theirs }
    end,
    block = function(s, t)
      local message, from = ipc.receive({ s.pipe, s.object }, t)
      if message == nil then return nil, from end
      return message
    end,
    release = function(s) assert(s.object:put("a message")) end,
    waiting = "%d getting", outcome = "timeout", each = true,
  },
}
