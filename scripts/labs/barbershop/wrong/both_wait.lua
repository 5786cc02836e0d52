-- says: "in the barbershop for ever"
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
  done:acquire()
  seated:release()
  shop:get_up()
  gone:release()
end

local function barber(shop) -- one customer
  come:acquire()
  called:release()
  seated:acquire()
  shop:cut()
  done:release()
  gone:acquire()
end

return { customer = customer, barber = barber }
