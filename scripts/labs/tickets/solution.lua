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
  --[[ hole: one buyer at a time; but anybody may look, whoever is at the counter ]]
  return counter:with(sell, office)
  --[[ start: return sell(office) ]]
  --[[ end ]]
end

return { buyer = buyer }
