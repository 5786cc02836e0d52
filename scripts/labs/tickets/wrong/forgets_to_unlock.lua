-- says: "for ever at the counter"
local ipc = require "tidelock"

local counter = ipc.semaphore{ value = 1, name = "counter" }

local function buyer(office, look)
  look(office)
  counter:acquire()
  local left = office:read()
  if left == 0 then return false end
  office:write(left - 1)
  return true
end

return { buyer = buyer }
