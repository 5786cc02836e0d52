-- Nested monitor: who waits within gives up the inner lock, but keeps the outer one, through which help must come.
-- Lister, The problem of nested monitor calls, 1977.
local ipc = require "tidelock"

local shop, shelf, goods = ipc.lock("shop"), ipc.condition{ name = "shelf" }, ipc.value(0, "goods")

local function deliver()
  shop:acquire()
  shelf:acquire()
  goods:add(1)
  shelf:notify()
  shelf:release()
  shop:release()
end

local function buy()
  shop:acquire()
  shelf:acquire()
  while goods:get() == 0 do shelf:wait() end
  goods:add(-1)
  shelf:release()
  shop:release()
end

local baker = ipc.spawn{ target = deliver, name = "baker" }
local buyer = ipc.spawn{ target = buy, name = "buyer" }
baker:join()
buyer:join()
