-- A storm of kills: families like those of tickets, sale and kitchen, in each of which a child is killed at a random
-- moment.  The others must go on, no message may be torn or come twice, and nobody may be left behind.
--   storm.lua [kills [seed]]
local ipc = require "tidelock"

local KILLS = math.tointeger(tonumber(arg[1])) or 200
local SEED = math.tointeger(tonumber(arg[2])) or os.time()
local PATIENCE = 20 -- seconds: for what takes milliseconds

local objects = {}

local function check(condition, round, what)
  if condition then return end
  io.stderr:write(("storm: round %d (seed %d): %s\n"):format(round, SEED, what))
  for _, object in ipairs(objects) do io.stderr:write("  ", tostring(object), "\n") end
  for _, child in ipairs(ipc.children()) do
    io.stderr:write("  ", tostring(child), "\n")
    child:kill()
  end
  os.exit(1)
end

local function start(list, count, fn)
  for n = 1, count do list[#list + 1] = ipc.spawn(fn, n) end
end

-- a product, large or small, that shows whether it is whole
local function product(n, i)
  local filler = ("%d.%d;"):format(n, i):rep(i % 5 == 0 and 1500 or 1)
  return { n = n, i = i, filler = filler, sum = #filler }
end

local function is_whole(p)
  local last = ("%d.%d;"):format(p.n, p.i)
  return p.sum == #p.filler and p.filler:sub(-#last) == last
end

-- buyers under a lock: each takes one from the stock, which never falls below what was sold
local function tickets()
  local lock, stock, sold = ipc.lock("box office"), ipc.value(100000), ipc.value(0)
  objects = { lock, stock, sold }
  local buyers = {}
  start(buyers, 4, function()
    for _ = 1, 200 do
      lock:with(function()
        stock:add(-1)
        sold:add(1)
      end)
    end
  end)
  return buyers, function(fail)
    local ok = lock:acquire(PATIENCE)
    fail(ok, "the lock cannot be had")
    lock:release()
    local out = 100000 - stock:get()
    -- who died between the two had taken and not yet sold
    fail(out - sold:get() == 0 or out - sold:get() == 1, "sold " .. sold:get() .. " of " .. out)
  end
end

-- customers and a bounded queue: whoever gets in is there once
local function sale()
  local line, tries = ipc.queue(10), ipc.value(0)
  objects = { line, tries }
  local customers = {}
  start(customers, 8, function(n)
    for i = 1, 20 do
      tries:add(1)
      line:put(product(n, i), 0.0005)
    end
  end)
  return customers, function(fail)
    local seen = {}
    fail(line:size() <= 10, "more than ten in the queue")
    while not line:is_empty() do
      local p = line:get(PATIENCE)
      fail(is_whole(p), "a torn message")
      fail(not seen[p.n .. "." .. p.i], "a message came twice")
      seen[p.n .. "." .. p.i] = true
    end
    fail(line:put("after", PATIENCE) and line:get(PATIENCE) == "after", "the queue is of no use any more")
  end
end

-- chefs and eaters; eaters report what they ate, and end when the queue is closed
local function kitchen()
  local counter, eaten = ipc.queue{ maxsize = 5, name = "counter" }, ipc.queue()
  objects = { counter, eaten }
  local family, chefs = {}, {}
  start(chefs, 2, function(n)
    for i = 1, 60 do counter:put(product(n, i)) end
  end)
  start(family, 2, function()
    for _, dish in counter:items() do
      eaten:put(is_whole(dish) and dish.n .. "." .. dish.i or "torn")
      counter:task_done()
    end
  end)
  for _, chef in ipairs(chefs) do family[#family + 1] = chef end
  return family, function(fail)
    local seen = {}
    local told, why = counter:join(PATIENCE)
    fail(told, "join of the queue: " .. tostring(why))
    while not eaten:is_empty() do
      local dish = eaten:get(PATIENCE)
      fail(dish ~= "torn", "a torn message")
      fail(not seen[dish], "eaten twice: " .. dish)
      seen[dish] = true
    end
  end, function(fail)
    for _, chef in ipairs(chefs) do fail(chef:join(PATIENCE), "a chef hangs") end
    counter:close()
  end
end

math.randomseed(SEED)
local FAMILIES, killed = { tickets, sale, kitchen }, 0
local round = 0
while killed < KILLS do -- a victim that had ended before is not counted
  round = round + 1
  local function fail(condition, what) check(condition, round, what) end
  local family, verify, before_join = FAMILIES[round % #FAMILIES + 1]()
  ipc.sleep(math.random() * 0.004)
  local victim = family[math.random(#family)]
  victim:kill()
  if before_join then before_join(fail) end
  for _, process in ipairs(family) do fail(process:join(PATIENCE), "hangs: " .. tostring(process)) end
  if victim.exitcode == -9 then killed = killed + 1 end
  verify(fail)
  fail(#ipc.children() == 0, "a child is left")
end
print(("storm: %d rounds, %d kills, seed %d: everybody else went on"):format(round, killed, SEED))
