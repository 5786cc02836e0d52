-- Five philosophers, five forks; each needs the forks on both sides to eat.
-- Watch: in naive order all take the left fork, and the runtime tells who closes the circle; the two remedies work:
-- forks taken in one order, or a waiter who lets four sit down.  Change: MEALS, or make one philosopher left-handed.
-- philosophers.lua HOW [SEATS [MEALS]] dines in one way alone: naive, ordered or with_waiter; how naive goes wrong:
-- tidelock explore scripts/philosophers.lua naive 3 1
local ipc = require "tidelock"

local HOW, SEATS, MEALS = arg[1], tonumber(arg[2] or 5), tonumber(arg[3] or 20)

local function eat(first, second)
  first:acquire()
  second:acquire()
  second:release()
  first:release()
end

local function naive(n, forks, all_have_one)
  forks[n]:acquire()
  if all_have_one then all_have_one:wait() end
  forks[n % SEATS + 1]:acquire() -- the last one to come here is told
  forks[n % SEATS + 1]:release()
  forks[n]:release()
end

local function ordered(n, forks)
  local left, right = n, n % SEATS + 1
  for _ = 1, MEALS do eat(forks[math.min(left, right)], forks[math.max(left, right)]) end
end

local function with_waiter(n, forks, waiter)
  for _ = 1, MEALS do waiter:with(eat, forks[n], forks[n % SEATS + 1]) end
end

local function lay_forks()
  local forks = {}
  for n = 1, SEATS do forks[n] = ipc.lock("fork-" .. n) end
  return forks
end

local function dine(how, extra)
  local forks, table, deadlocks = lay_forks(), {}, {}
  for n = 1, SEATS do
    table[n] = ipc.process{ name = "philosopher-" .. n, target = function()
      local ok, why = pcall(how, n, forks, extra)
      return ok, why and tostring(why)
    end }:start()
  end
  for n = 1, SEATS do
    local ok, why = table[n]:result()
    if not ok then deadlocks[#deadlocks + 1] = why end
  end
  return deadlocks
end

local ways = { naive = naive, ordered = ordered, with_waiter = with_waiter }
if HOW then
  local way, forks = assert(ways[HOW], "naive, ordered or with_waiter"), lay_forks()
  local waiter = way == with_waiter and ipc.semaphore(SEATS - 1)
  for n = 1, SEATS do
    ipc.process{ name = "philosopher-" .. n, target = way, args = { n, forks, waiter or nil } }:start()
  end
  return
end

local told = dine(naive, ipc.barrier(SEATS))
print("naive: " .. tostring(told[1]))
assert(#told == 1 and told[1]:find("deadlock: philosopher", 1, true))
assert(#dine(ordered) == 0)
print("ordered forks: all have eaten")
assert(#dine(with_waiter, ipc.semaphore(SEATS - 1)) == 0)
print("with a waiter: all have eaten")
