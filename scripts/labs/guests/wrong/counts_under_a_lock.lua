-- says: "a guest died, and his seat is gone"
local ipc = require "tidelock"

local inside, door = ipc.value(0, "taken seats"), ipc.condition{ name = "door" }

local function guest(dine)
  door:with(function()
    door:wait_for(function() return inside:get() < 2 end)
    inside:add(1)
  end)
  local well, why = pcall(dine)
  door:with(function()
    inside:add(-1)
    door:notify()
  end)
  if not well then error(why, 0) end
end

return { guest = guest }
