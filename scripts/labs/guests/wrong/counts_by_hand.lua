-- says: "3 guests on 2 seats"
local ipc = require "tidelock"

local inside = ipc.value(0, "taken seats")

local function guest(dine)
  while inside:get() >= 2 do ipc.yield() end
  inside:add(1)
  local well, why = pcall(dine)
  inside:add(-1)
  if not well then error(why, 0) end
end

return { guest = guest }
