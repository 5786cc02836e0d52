-- What every blocking call promises, where time is a number: exactly.  Runs as a script in a simulation:
--   tidelock --sim=SEED spec/support/simulate/rows.lua ROW KIND
-- ROW is a number in the table of blocking calls, KIND what waits: "process" or "thread".  A line for each promise
-- goes to stdout: its name, and "ok" or what is wrong; at the end "deadline: ", how often a release at the very
-- deadline came in time, and how often too late.
--   tidelock --sim=SEED spec/support/simulate/rows.lua ROW KIND deadlock
-- makes that call with nobody to release it.
local ipc = require "tidelock"
local row = dofile("spec/support/blocking.lua")[tonumber(arg[1])]
local kind, deadlock = arg[2], arg[3]

local PATIENCE = 10 ^ 6 -- seconds; nothing here takes more than a few
local MOMENT = 0.001 -- when all others have done what they can do at once, the clock moves so far
local ROUNDS = 6

local function ns(seconds) return math.floor(seconds * 1e9 + 0.5) end

local function check(wrong, message, ...)
  if not wrong then error(message:format(...), 0) end
end

local function equal(wanted, got, what)
  check(wanted == got, "%s: %s instead of %s", what, tostring(got), tostring(wanted))
end

local function task(fn, name) return ipc[kind]{ name = name, target = fn }:start() end

-- The call as another task makes it: how long it takes, and what it returns or raises.
local function waiter(s, timeout)
  return task(function()
    local began = ipc.now()
    local ok, first, why = pcall(row.block, s, timeout)
    return ns(ipc.now() - began), ok, first, why
  end, "waiter")
end

local function result(waiter_)
  local took, ok, first, why = waiter_:result(PATIENCE)
  check(took, "it does not end")
  check(ok, "it raised %s", tostring(first))
  return took, first, why
end

local function is_over(first, why)
  if row.outcome == false then return first == false end
  return first == nil and why == row.outcome
end

local function shows(s, n, waiting)
  local wanted = (waiting or row.waiting):format(n)
  ipc.sleep(MOMENT)
  check(tostring(s.object):find(wanted, 1, true), "'%s' is not in %s", wanted, tostring(s.object))
end

local function goes_on(waiter_)
  local _, first, why = result(waiter_)
  check(first, "it returned %s, %s", tostring(first), tostring(why))
  return first, why
end

local function times_out(s, timeout)
  local took, first, why = result(waiter(s, timeout))
  check(is_over(first, why), "it returned %s, %s", tostring(first), tostring(why))
  equal(ns(math.max(timeout, 0)), took, "nanoseconds that it took")
end

local function finish(s)
  if row.finish then row.finish(s) end
  if s.over then
    s.over:set()
    s.object:join()
  end
end

-- A process that has what the others wait for.
local function holder(s)
  local ready = ipc.event()
  local process = ipc.spawn(function()
    if row.holder then row.holder(s) end
    ready:set()
    ipc.sleep()
  end)
  if row.holder then
    shows(s, 1, row.holder_waiting)
    row.release(s)
  end
  assert(ready:wait(PATIENCE))
  return process
end

local function kill(process)
  process:kill()
  check(process:join(PATIENCE), "a killed process does not end")
  equal(-9, process.exitcode, "its exit code")
end

-- ---- the promises ----

local promises, in_time, late = {}, 0, 0

local function promise(name, applies, fn) promises[#promises + 1] = applies and { name = name, fn = fn } or nil end

promise("returns at the moment of its release", true, function(s)
  local process = waiter(s, PATIENCE)
  shows(s, 1)
  row.release(s)
  local took, first, why = result(process)
  check(first, "it returned %s, %s", tostring(first), tostring(why))
  equal(ns(MOMENT), took, "nanoseconds that it took")
end)

promise("is over exactly at its deadline, and leaves no trace", true, function(s)
  local before = tostring(s.object)
  for _, timeout in ipairs{ 0.05, 1e-6, 3600, 0, -1 } do
    times_out(s, timeout)
    if row.breaks then s.object:reset() end
    equal(before, tostring(s.object), "afterwards")
  end
end)

-- The barrier is passed by both, or by neither.
local function meet_at_deadline(s, process)
  local place = s.object:wait(1)
  local _, other = result(process)
  equal(place ~= nil, type(other) == "number", "both are through")
  return place
end

-- A release is for the waiter, or for the next.
local function release_at_deadline(s, process)
  row.release(s)
  local _, first, why = result(process)
  local over = is_over(first, why)
  check(over or first, "it returned %s, %s", tostring(first), tostring(why))
  if over and not row.momentary then check(row.block(s, PATIENCE), "the release is lost") end
  return not over
end

promise("does not lose a release at its very deadline", true, function(s)
  for _ = 1, ROUNDS do
    local began = ipc.now()
    local process = waiter(s, 1)
    ipc.sleep(1)
    equal(ns(1), ns(ipc.now() - began), "nanoseconds of the sleep")
    local came = (row.breaks and meet_at_deadline or release_at_deadline)(s, process)
    in_time, late = in_time + (came and 1 or 0), late + (came and 0 or 1)
    finish(s)
    s = row.make()
  end
  finish(s)
  return true
end)

promise("passes a wake on when the waiter that was to have it is killed", kind == "process" and not row.breaks,
  function(s)
    local first = waiter(s, PATIENCE)
    shows(s, 1)
    local second = waiter(s, PATIENCE)
    shows(s, 2)
    first:suspend() -- so that it is chosen and cannot use it
    row.release(s)
    kill(first)
    goes_on(second)
  end)

promise("is forgotten when it is killed", kind == "process" and not row.breaks, function(s)
  local first, second = waiter(s, PATIENCE), waiter(s, PATIENCE)
  shows(s, 2)
  kill(first)
  shows(s, 1)
  row.release(s)
  goes_on(second)
end)

promise("is broken for the others when a waiter is killed", kind == "process" and row.breaks, function(s)
  local three = ipc.barrier(3)
  local first = task(function() three:wait() end)
  local second = task(function() return select(2, three:wait(PATIENCE)) end)
  shows({ object = three }, 2, "%d of 3 waiting")
  kill(first)
  equal("broken", (second:result(PATIENCE)), "the reason")
  s.object:reset()
end)

promise("keeps its time though whom it waits for is stopped", true, function(s)
  local stopped = holder(s)
  stopped:suspend()
  times_out(s, 0.05)
  stopped:resume()
  kill(stopped)
  return row.holder ~= nil
end)

promise("is passed on, abandoned, when the holder is killed", row.holder, function(s)
  local process = holder(s)
  local waiting = waiter(s, PATIENCE)
  shows(s, 1)
  kill(process)
  local _, why = goes_on(waiting)
  equal(not row.silent and "abandoned" or nil, why, "the reason")
  return true
end)

-- ---- the main part ----

if deadlock then
  local s = row.make()
  task(function() row.block(s) end, "waiter")
  if s.over then s.over:wait() end
  return
end

for _, case in ipairs(promises) do
  local s = row.make()
  local ok, over = pcall(case.fn, s)
  if ok and not over then finish(s) end
  print(case.name .. ": " .. (ok and "ok" or tostring(over)))
end
print(("deadline: %d %d"):format(in_time, late))
