-- says: "wait for the key for ever"
local ipc = require "tidelock"

local key = ipc.semaphore{ value = 1, name = "key" }

local function sell(till, price)
  key:acquire()
  till.drawer:add(price)
  till.book:add(price)
  key:release()
end

local function evening(till)
  key:acquire()
  till.book:set(till.drawer:get())
  key:release()
end

return { sell = sell, evening = evening }
