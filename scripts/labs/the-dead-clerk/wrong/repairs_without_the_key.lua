-- says: "its sale is not in the book"
local ipc = require "tidelock"

local key = ipc.lock{ name = "key" }

local function sell(till, price)
  local _, why = key:acquire()
  if why == "abandoned" then
    key:release()
    till.book:set(till.drawer:get())
    key:acquire()
  end
  till.drawer:add(price)
  till.book:add(price)
  key:release()
end

local function evening(till)
  local _, why = key:acquire()
  if why == "abandoned" then till.book:set(till.drawer:get()) end
  key:release()
end

return { sell = sell, evening = evening }
