-- says: "in the barbershop for ever"
-- says: "notifies one"
local ipc = require "tidelock"

local floor, shop_is = ipc.condition{ name = "floor" }, ipc.table({ come = 0, seat = "free" }, "shop")

local function wait_until(what)
  while shop_is.seat ~= what do floor:wait() end
end

local function set(what)
  shop_is.seat = what
  floor:notify()
end

local function customer(shop)
  floor:with(function()
    if shop:is_full() then return shop:go_away() end
    shop:wait()
    shop_is:add("come", 1)
    floor:notify()
    wait_until "called"
    shop:sit()
    set "seated"
    wait_until "done"
    shop:get_up()
    set "free"
  end)
end

local function barber(shop) -- one customer
  floor:with(function()
    while shop_is.come == 0 do floor:wait() end
    shop_is:add("come", -1)
    set "called"
    wait_until "seated"
    shop:cut()
    set "done"
    wait_until "free"
  end)
end

return { customer = customer, barber = barber }
