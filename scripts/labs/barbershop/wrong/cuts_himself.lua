-- says: "takes the scissors, and is no barber"
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
  called:acquire()
  shop:sit()
  shop:cut()
  shop:get_up()
  gone:release()
end

local function barber(shop) -- one customer
  called:release()
  gone:acquire()
end

return { customer = customer, barber = barber }
