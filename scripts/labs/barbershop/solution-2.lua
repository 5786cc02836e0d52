-- One condition, and a word for how far they are.
local ipc = require "tidelock"

local shop_floor, state = ipc.condition{ name = "floor" }, ipc.value(0, "state") -- 0 free, 1 called, 2 sits, 3 done
local waiting = ipc.value(0, "waiting")

local function go_on(from, to)
  while state:get() ~= from do shop_floor:wait() end
  state:set(to)
  shop_floor:notify_all()
end

local function customer(shop)
  shop_floor:with(function()
    if shop:is_full() then return shop:go_away() end
    shop:wait()
    waiting:add(1)
    shop_floor:notify_all()
    while state:get() ~= 1 do shop_floor:wait() end
    shop:sit()
    go_on(1, 2)
    while state:get() ~= 3 do shop_floor:wait() end
    shop:get_up()
    go_on(3, 0)
  end)
end

local function barber(shop)
  shop_floor:with(function()
    while waiting:get() == 0 or state:get() ~= 0 do shop_floor:wait() end
    waiting:add(-1)
    go_on(0, 1)
    while state:get() ~= 2 do shop_floor:wait() end
    shop:cut()
    go_on(2, 3)
  end)
end

return { customer = customer, barber = barber }
