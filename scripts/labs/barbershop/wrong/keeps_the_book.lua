-- says: "in the barbershop for ever"
local ipc = require "tidelock"

local function bell(name) return ipc.semaphore{ value = 0, name = name } end
local book, come, called = ipc.lock{ name = "book" }, bell "come", bell "called"
local seated, done, gone = bell "seated", bell "done", bell "gone"

local function customer(shop)
  book:acquire()
  if shop:is_full() then
    shop:go_away()
    return
  end
  shop:wait()
  book:release()
  come:release()
  called:acquire()
  shop:sit()
  seated:release()
  done:acquire()
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
