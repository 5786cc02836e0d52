-- says: "was sent away though a ticket was left"
local ipc = require "tidelock"

local function buyer(office, look)
  look(office)
  if ipc.current().name ~= "buyer-1" then return false end
  office:write(office:read() - 1)
  return true
end

return { buyer = buyer }
