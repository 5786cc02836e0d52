-- says: "has not waited, and wants to be cut"
local ipc = require "tidelock"

local function bell(name) return ipc.semaphore{ value = 0, name = name } end
local book, come, called = ipc.lock{ name = "book" }, bell "come", bell "called"
local seated, done, gone = bell "seated", bell "done", bell "gone"

local function customer(shop)
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
