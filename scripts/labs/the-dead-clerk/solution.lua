local ipc = require "tidelock"

local key = ipc.lock{ name = "key" }

local function open(till)
  --[[ hole: take the key; if the last one to hold it has died, put the book right ]]
  --[[ start: key:acquire() ]]
  local _, why = key:acquire()
  if why == "abandoned" then till.book:set(till.drawer:get()) end
  --[[ end ]]
end

local function sell(till, price)
  open(till)
  till.drawer:add(price)
  till.book:add(price)
  key:release()
end

local function evening(till) -- the owner looks whether all is right
  open(till)
  key:release()
end

return { sell = sell, evening = evening }
