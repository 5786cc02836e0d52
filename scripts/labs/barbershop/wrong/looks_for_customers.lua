-- says: "barber looks and looks, instead of sleeping"
local ipc = require "tidelock"

local function bell(name) return ipc.semaphore{ value = 0, name = name } end
local book, come, called = ipc.lock{ name = "book" }, ipc.value(0, "come"), bell "called"
local seated, done, gone = bell "seated", bell "done", bell "gone"

local function customer(shop)
  book:acquire()
  local full = shop:is_full()
  if full then shop:go_away() else shop:wait() end
  book:release()
  if full then return end
  come:add(1)
  called:acquire()
  shop:sit()
  seated:release()
  done:acquire()
  shop:get_up()
  gone:release()
end

local function barber(shop) -- one customer
  while come:get() == 0 do ipc.sleep(0.01) end
  come:add(-1)
  called:release()
  seated:acquire()
  shop:cut()
  done:release()
  gone:acquire()
end

return { customer = customer, barber = barber }
