-- One lock for both, but a shared one: who looks lets others look, who buys is alone.
local ipc = require "tidelock"

local office_lock = ipc.rwlock{ name = "office" }

local function buyer(office, look)
  office_lock:with_read(look, office)
  return office_lock:with_write(function()
    local left = office:read()
    if left == 0 then return false end
    office:write(left - 1)
    return true
  end)
end

return { buyer = buyer }
