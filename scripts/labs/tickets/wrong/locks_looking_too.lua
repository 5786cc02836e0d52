-- says: "nobody ever looks while another one looks"
local ipc = require "tidelock"

local counter = ipc.lock("counter")

local function buyer(office, look)
  counter:acquire()
  look(office)
  local left = office:read()
  if left > 0 then office:write(left - 1) end
  counter:release()
  return left > 0
end

return { buyer = buyer }
