-- says: "asks for the key again and again"
local ipc = require "tidelock"
local key = ipc.lock{ name = "key" }
local function open(till)
  local got, why
  repeat got, why = key:acquire(0) until got
  if why == "abandoned" then till.book:set(till.drawer:get()) end
end
return { sell = function(till, price) open(till) till.drawer:add(price) till.book:add(price) key:release() end,
  evening = function(till) open(till) key:release() end }
