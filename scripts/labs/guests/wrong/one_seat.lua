-- says: "two are hungry, and only one gets a seat"
local ipc = require "tidelock"

local table_for_one = ipc.lock("table")

local function guest(dine)
  table_for_one:with(dine)
end

return { guest = guest }
