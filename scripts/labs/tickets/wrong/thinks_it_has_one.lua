-- says: "thinks it has a ticket"
-- Two buyers want the last ticket. The box office reads how many are left, and writes one less when it sells.
local ipc = require "tidelock"

local counter = ipc.lock("counter")

local function sell(office)
  local left = office:read()
  if left == 0 then return false end
  office:write(left - 1)
  return true
end

local function buyer(office, look)
  look(office)
  local left = office:read()
  if left == 0 then return false end
  counter:with(function()
    if office:read() > 0 then office:write(left - 1) end
  end)
  return true
end

return { buyer = buyer }
