-- Each customer brings his own bells, and stands in a queue: nobody else answers to them.
local ipc = require "tidelock"

local function bell(name) return ipc.semaphore{ value = 0, name = name } end
local book, line = ipc.lock{ name = "book" }, ipc.queue{ name = "line" }

local function finds_a_place(shop)
  if shop:is_full() then
    shop:go_away()
    return false
  end
  shop:wait()
  return true
end

local function customer(shop)
  if not book:with(finds_a_place, shop) then return end
  local mine = { called = bell "called", seated = bell "seated", done = bell "done", gone = bell "gone" }
  line:put(mine)
  mine.called:acquire()
  shop:sit()
  mine.seated:release()
  mine.done:acquire()
  shop:get_up()
  mine.gone:release()
end

local function barber(shop)
  local his = line:get()
  his.called:release()
  his.seated:acquire()
  shop:cut()
  his.done:release()
  his.gone:acquire()
end

return { customer = customer, barber = barber }
