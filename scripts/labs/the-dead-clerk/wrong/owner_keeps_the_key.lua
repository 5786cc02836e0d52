-- says: "the owner waits for the key for ever"
local ipc = require "tidelock"
local key = ipc.lock{ name = "key" }
local function open(till)
  local _, why = key:acquire()
  if why == "abandoned" then till.book:set(till.drawer:get()) return false end
  return true
end
local function sell(till, price)
  till.drawer:add(0)
  open(till)
  till.drawer:add(price)
  till.book:add(price)
  key:release()
end
local function evening(till)
  if open(till) then key:release() end
end
return { sell = sell, evening = evening }
