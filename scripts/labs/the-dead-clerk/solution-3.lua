local ipc = require "tidelock"

local key = ipc.lock{ name = "key" }

local function open(till)
  local got, why = key:acquire()
  assert(got)
  local missing = till.drawer:get() - till.book:get()
  if why then till.book:add(missing) end
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
