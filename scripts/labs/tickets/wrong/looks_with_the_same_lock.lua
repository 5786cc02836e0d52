-- says: "nobody ever looks while another one looks"
local ipc = require "tidelock"

local counter = ipc.lock("counter")

local function sell(office)
  local left = office:read()
  if left > 0 then office:write(left - 1) end
  return left > 0
end

local function buyer(office, look)
  counter:with(look, office)
  return counter:with(sell, office)
end

return { buyer = buyer }
