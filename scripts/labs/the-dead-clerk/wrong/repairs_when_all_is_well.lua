-- says: "a clerk has died"
local ipc = require "tidelock"

local key = ipc.lock{ name = "key" }

local function open(till)
  local _, why = key:acquire()
  if why == nil then till.book:set(till.drawer:get()) end
end

local function sell(till, price)
  open(till)
  till.drawer:add(price)
  till.book:add(price)
  key:release()
end

local function evening(till)
  open(till)
  key:release()
end

return { sell = sell, evening = evening }
