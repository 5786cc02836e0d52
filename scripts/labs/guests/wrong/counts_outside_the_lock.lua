-- says: "3 guests on 2 seats"
local ipc = require "tidelock"

local inside, door = ipc.value(0, "taken seats"), ipc.lock("door")

local function guest(dine)
  while inside:get() >= 2 do ipc.yield() end
  door:with(function() inside:set(inside:get() + 1) end)
  local well, why = pcall(dine)
  door:with(function() inside:set(inside:get() - 1) end)
  if not well then error(why, 0) end
end

return { guest = guest }
