-- says: "came home, and its sale is not in the book"
local ipc = require "tidelock"
local key = ipc.lock{ name = "key" }
local function sell(till, price)
  local _, why = key:acquire()
  till.drawer:add(price)
  till.book:add(price)
  key:release()
  if why == "abandoned" then till.book:set(till.drawer:get()) end
end
local function evening(till)
  local _, why = key:acquire()
  key:release()
  if why == "abandoned" then till.book:set(till.drawer:get()) end
end
return { sell = sell, evening = evening }
