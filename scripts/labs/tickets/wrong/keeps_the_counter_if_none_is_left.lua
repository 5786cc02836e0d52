-- says: "buyer-3, who came late, waits for ever at the counter"
local ipc = require "tidelock"
local counter = ipc.lock("counter")
local function sell(office)
  local left = office:read()
  if left == 0 then return false end
  office:write(left - 1)
  return true
end
return { buyer = function(office, look) look(office) counter:acquire()
  local left = office:read()
  if left == 0 then return false end office:write(left - 1)
  counter:release() return true end }
