-- says: "nobody ever looks while another one looks"
local ipc = require "tidelock"

local counter = ipc.lock("counter")

local function buyer(office)
  return counter:with(function()
    local left = office:read()
    if left > 0 then office:write(left - 1) end
    return left > 0
  end)
end

return { buyer = buyer }
