-- The kitchen of scripts/kitchen.lua over several machines: on the first the chefs cook, on the others they eat.
--   tidelock scripts/hosts/kitchen.lua redis://lab/kitchen chefs|eaters [DISHES]
-- Watch: every dish is eaten, also where an eater's host dies with a dish in its hands: the counter redelivers what
-- nobody has reported eaten.  Change: kill -9 an eater; leave out redeliver.  On one machine: scripts/hosts/two.lua
local ipc = require "tidelock"

local address, role, dishes = arg[1], arg[2], tonumber(arg[3]) or 20
assert(address and role, "kitchen.lua ADDRESS chefs|eaters [DISHES]")

local space = ipc.open{ name = address, insecure = true }
local counter = space.queue("counter", { maxsize = 5, redeliver = true })
local menu = space.table "menu" -- dish = how often it was eaten

local function chef(kind)
  for n = 1, dishes do
    ipc.sleep(math.random() / 100)
    counter:put(("%s %d"):format(kind, n))
  end
end

local function eater(name)
  for _, dish in counter:items() do
    ipc.sleep(math.random() / 100)
    print(name .. " eats " .. dish)
    menu:add(dish, 1)
    counter:task_done()
  end
end

local processes = {}
if role == "chefs" then
  for n, kind in ipairs{ "noodles", "dumplings" } do processes[n] = ipc.spawn(chef, kind) end
  for _, process in ipairs(processes) do process:join() end
  counter:join() -- all are eaten
  counter:close() -- the eaters may go home
  local eaten, twice = 0, 0
  for _, times in pairs(menu) do
    eaten = eaten + 1
    if times > 1 then twice = twice + 1 end
  end
  print(("%d dishes eaten, %d of them twice"):format(eaten, twice))
  assert(eaten == 2 * dishes)
else
  for n = 1, 2 do processes[n] = ipc.spawn(eater, "eater-" .. n) end
  for _, process in ipairs(processes) do process:join() end
end
