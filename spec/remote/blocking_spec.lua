-- What all calls that wait have in common, near and far, tested once for each row of the table:
--   make(at)      a state: a table, in which `object` is what tasks wait on
--   block(s, t)   the call, with timeout t; it must wait, as made
--   release(s)    lets one waiter go on
--   waiting       how tostring(s.object) shows n waiters: a text with %d for n
--   outcome       what the call returns when the time is over; false: it returns false
--   each          a release is for one waiter: the next needs its own
--   owned         the release is for who made the state alone
--   momentary     a release that finds nobody waiting is forgotten
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local PATIENCE = 20

local function held(kind, take, ...)
  local given = { ... }
  return function(at)
    local object = at[kind](table.unpack(given))
    object[take](object)
    return { object = object }
  end
end

local function and_release(call)
  return function(s, t)
    local ok, why = s.object[call](s.object, t)
    if ok then s.object:release() end
    return ok and true, why
  end
end

local function held_row(kind, call, take, waiting)
  return { name = kind .. ":" .. call, make = held(kind, take), block = and_release(call),
    release = function(s) s.object:release() end, waiting = waiting or "%d waiting", outcome = "timeout", owned = true }
end

local function pipe_row(call, outcome)
  return { name = "pipe:" .. call, make = function(at)
    local ours, theirs = at.pipe()
    return { object = ours, other = theirs }
  end, block = function(s, t) return s.object[call](s.object, t) end,
    release = function(s) assert(s.other:send("a message")) end, waiting = "%d receiving", outcome = outcome,
    each = true }
end

local rows = {
  held_row("lock", "acquire", "acquire"), held_row("rlock", "acquire", "acquire"),
  held_row("rwlock", "read", "write", "%d waiting to read"), held_row("rwlock", "write", "write", "%d to write"),
  held_row("condition", "acquire", "acquire"),
  { name = "lock:hold", make = held("lock", "acquire"), block = function(s, t)
    local hold, why = s.object:hold(t)
    if hold then hold:release() end
    return hold and true, why
  end, release = function(s) s.object:release() end, waiting = "%d waiting", outcome = "timeout", owned = true },
  { name = "semaphore:acquire", make = function(at) return { object = at.semaphore(0) } end,
    block = function(s, t) return s.object:acquire(t) end, release = function(s) s.object:release() end,
    waiting = "%d waiting", outcome = "timeout", each = true },
  { name = "event:wait", make = function(at) return { object = at.event() } end,
    block = function(s, t) return s.object:wait(t) end, release = function(s) s.object:set() end,
    waiting = "%d waiting", outcome = "timeout" },
  { name = "latch:wait", make = function(at) return { object = at.latch(1) } end,
    block = function(s, t) return s.object:wait(t) end, release = function(s) s.object:count_down() end,
    waiting = "%d waiting", outcome = "timeout" },
  { name = "queue:get", make = function(at) return { object = at.queue() } end,
    block = function(s, t) return s.object:get(t) end, release = function(s) assert(s.object:put("a message")) end,
    waiting = "%d getting", outcome = "empty", each = true },
  { name = "queue:get_many", make = function(at) return { object = at.queue{ order = "lifo" } } end,
    block = function(s, t) return s.object:get_many(5, t) end,
    release = function(s) assert(s.object:put("a message")) end, waiting = "%d getting", outcome = "empty",
    each = true },
  { name = "queue:put", make = function(at)
    local q = at.queue(1)
    q:put("first")
    return { object = q }
  end, block = function(s, t) return s.object:put("second", t) end,
    release = function(s) assert(s.object:get(0)) end, waiting = "%d putting", outcome = "full", each = true },
  { name = "queue:join", make = function(at)
    local q = at.queue()
    q:put("first")
    return { object = q }
  end, block = function(s, t) return s.object:join(t) end, release = function(s)
    s.object:get(0)
    s.object:task_done()
  end, waiting = "%d joining", outcome = "timeout" },
  pipe_row("recv", "timeout"), pipe_row("poll", false),
  { name = "condition:wait", make = function(at) return { object = at.condition() } end,
    block = function(s, t) return s.object:with(s.object.wait, s.object, t) end,
    release = function(s) s.object:with(s.object.notify, s.object) end,
    waiting = "%d waiting; its lock is free", outcome = "timeout", each = true, momentary = true },
  { name = "ipc.wait", make = function(at) return { object = at.queue(), event = at.event(), mine = ipc.queue() } end,
    block = function(s, t) return ipc.wait({ s.event, s.object, s.mine }, t) end,
    release = function(s) s.object:put("a message") end, waiting = "%d getting", outcome = "timeout" },
  { name = "ipc.receive", make = function(at) return { object = at.queue(), other = at.queue() } end,
    block = function(s, t)
      local message, from = ipc.receive({ s.other, s.object }, t)
      if message == nil then return nil, from end
      return message
    end, release = function(s) s.object:put("a message") end, waiting = "%d getting", outcome = "timeout",
    each = true },
}

local function shows(row, s, n)
  local limit, wanted = ipc.now() + PATIENCE, row.waiting:format(n)
  while not tostring(s.object):find(wanted, 1, true) do
    assert(ipc.now() < limit, "nobody waits: " .. tostring(s.object))
    ipc.sleep(0.001)
  end
end

local function is_over(row, first, why)
  if row.outcome == false then return first == false end
  return first == nil and why == row.outcome
end

local function elsewhere(row, s, timeout)
  return ipc.spawn(function() return row.block(s, timeout) end):result(PATIENCE)
end

for _, at in ipairs(both) do
  for _, row in ipairs(rows) do
    describe(row.name .. ", " .. at.where .. ",", function()
      local s
      before_each(function() s = row.make(at) end)

      it("returns when it is released, one waiter or all", function()
        local first = ipc.spawn(function() return row.block(s, PATIENCE) end)
        shows(row, s, 1)
        local second = ipc.spawn(function() return row.block(s, PATIENCE) end)
        shows(row, s, 2)
        row.release(s)
        if row.each then
          while first:is_alive() and second:is_alive() do ipc.sleep(0.001) end
          row.release(s)
        end
        assert.truthy((first:result(PATIENCE)))
        assert.truthy((second:result(PATIENCE)))
      end)

      it("is over after its time, and leaves no trace; does not wait without any", function()
        local before, started = tostring(s.object), ipc.now()
        assert.truthy(is_over(row, elsewhere(row, s, 0.02)))
        assert.truthy(ipc.now() - started >= 0.02)
        assert.equal(before, tostring(s.object))
        assert.truthy(is_over(row, elsewhere(row, s, 0)))
        assert.truthy(is_over(row, elsewhere(row, s, -1)))
        assert.equal(before, tostring(s.object))
        for _, wrong in ipairs{ 0 / 0, "1", true } do
          local ok, why = pcall(row.block, s, wrong)
          assert.truthy(not ok and tostring(why):find "spec/remote/blocking_spec.lua:%d+: .*: the timeout", why)
        end
      end)

      it("passes a wake on when the waiter that was to have it is killed", function()
        local first = ipc.spawn(function() return row.block(s, PATIENCE) end)
        shows(row, s, 1)
        local second = ipc.spawn(function() return row.block(s, PATIENCE) end)
        shows(row, s, 2)
        first:kill()
        first:join()
        if at.far then shows(row, s, 1) end -- see differences.lua: handed to the dead
        row.release(s)
        assert.truthy((second:result(PATIENCE)))
      end)

      it("does not lose a release that comes with the end of its time", function()
        for round = 1, 3 do
          local process = ipc.spawn(function() return row.block(s, 0.003) end)
          ipc.sleep(0.002 + round * 0.0005)
          row.release(s)
          local first, why = process:result(PATIENCE)
          if is_over(row, first, why) and not row.momentary then
            assert.truthy(row.block(s, PATIENCE), "the release is lost")
          elseif not is_over(row, first, why) then
            assert.truthy(first, why)
          end
          s = row.make(at)
        end
      end)

      it("is cancelled in a thread, and leaves what it waited for to others", function()
        if row.name == "ipc.wait" or row.name == "ipc.receive" then return end -- the state holds objects of the spec
        local t = ipc.thread(function(block, state) return block(state) end, row.block, s):start()
        shows(row, s, 1)
        assert.is_true(t:cancel())
        assert.same({ nil, "cancelled" }, { t:result(PATIENCE) })
        shows(row, s, 0)
        row.release(s)
        if not row.momentary then assert.truthy(row.block(s, PATIENCE)) end
      end)

      it("runs callbacks meanwhile, which may use the same space", function()
        if row.owned then return end -- its holder would wait for itself
        local seen = at.value(0)
        ipc.on_signal("USR1", function() seen:add(1) end)
        finally(function() ipc.on_signal("USR1", nil) end)
        local me = ipc.getpid()
        local child = ipc.spawn(function()
          shows(row, s, 1)
          os.execute("kill -USR1 " .. me)
          local limit = ipc.now() + PATIENCE
          while seen:get() == 0 and ipc.now() < limit do ipc.sleep(0.001) end
          row.release(s)
        end)
        assert.truthy(row.block(s, PATIENCE))
        assert.equal(1, seen:get())
        assert.is_true(child:join(PATIENCE))
      end)
    end)
  end
end
