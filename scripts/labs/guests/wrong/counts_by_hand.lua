-- says: "3 guests on 2 seats"
local ipc = require "tidelock"

local inside = ipc.value(0, "inside")

local function guest(dine)
  while inside:get() >= 2 do ipc.yield() end
  inside:add(1)
  dine()
  inside:add(-1)
end

return { guest = guest }
