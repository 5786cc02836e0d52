-- says: "a clerk has died"
local ipc = require "tidelock"

local key = ipc.lock{ name = "key" }

local function open(till)
  local _, why = key:acquire()
  if why == "abandoned" then till.book:add(100) end
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
