-- Nested monitor, corrected: the condition is one of the shop's lock itself, so that waiting lets the baker in.
local ipc = require "tidelock"

local shop = ipc.lock("shop")
local shelf, goods = ipc.condition{ lock = shop, name = "shelf" }, ipc.value(0, "goods")

local function deliver()
  shop:acquire()
  goods:add(1)
  shelf:notify()
  shop:release()
end

local function buy()
  shop:acquire()
  while goods:get() == 0 do shelf:wait() end
  goods:add(-1)
  shop:release()
end

local baker = ipc.spawn{ target = deliver, name = "baker" }
local buyer = ipc.spawn{ target = buy, name = "buyer" }
baker:join()
buyer:join()
