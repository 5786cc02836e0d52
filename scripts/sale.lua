-- A sale of 10 wristbands to 50 to 100 customers, all at once: who gets a place in the line gets one.
-- Watch: exactly 10 ranks, in order of arrival; everybody else is turned away at once.
-- Change: WRISTBANDS; or put with a timeout instead of try_put: then the others wait for a place that never comes.
local ipc = require "tidelock"

local WRISTBANDS = 10
local CUSTOMERS = math.random(50, 100)

local line = ipc.queue{ maxsize = WRISTBANDS, name = "line" }
local turned_away = ipc.value(0)

local function customer()
  if not line:try_put(ipc.getpid()) then turned_away:add(1) end
end

local customers = {}
for n = 1, CUSTOMERS do customers[n] = ipc.process{ target = customer, name = "customer-" .. n }:start() end
for _, process in ipairs(customers) do process:join() end

print(CUSTOMERS .. " customers came")
local ranks = 0
while not line:is_empty() do
  ranks = ranks + 1
  print(("rank %2d: customer with pid %d"):format(ranks, line:get()))
end
print(turned_away:get() .. " were turned away")
assert(ranks == WRISTBANDS and turned_away:get() == CUSTOMERS - WRISTBANDS)
