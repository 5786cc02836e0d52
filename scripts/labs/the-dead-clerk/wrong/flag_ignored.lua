-- says: "the book says 200, the drawer holds 300: a clerk has died"
local ipc = require "tidelock"

local key = ipc.lock{ name = "key" }

local function open(till)
  key:acquire()
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
