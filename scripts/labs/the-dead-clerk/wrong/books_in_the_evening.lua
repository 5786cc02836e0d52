-- says: "came home, and its sale is not in the book"
local ipc = require "tidelock"
local key = ipc.lock{ name = "key" }
return { sell = function(till, price) till.drawer:add(price) end,
  evening = function(till) till.book:set(till.drawer:get()) end }
