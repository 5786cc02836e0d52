local ipc = require "tidelock"

local function bell(name) return ipc.semaphore{ value = 0, name = name } end
local book, come, called = ipc.lock{ name = "book" }, bell "come", bell "called"
local seated, done, gone = bell "seated", bell "done", bell "gone"

local function customer(shop)
  book:acquire()
  local full = shop:is_full()
  if full then shop:go_away() else shop:wait() end
  book:release()
  if full then return end
  come:release()
  called:acquire()
  shop:sit()
  --[[ hole: tell the barber that you sit, and stay until he is done ]]
  seated:release()
  done:acquire()
  --[[ end ]]
  shop:get_up()
  gone:release()
end

local function barber(shop) -- one customer
  come:acquire()
  called:release()
  --[[ hole: begin when the customer sits, and say when you are done ]]
  --[[ start: shop:cut() ]]
  seated:acquire()
  shop:cut()
  done:release()
  --[[ end ]]
  gone:acquire()
end

return { customer = customer, barber = barber }
