-- says: "it was said while"
local ipc = require "tidelock"

local function day(names, deliver, all_are_home)
  all_are_home()
  local couriers = {}
  for n, name in ipairs(names) do
    couriers[n] = ipc.process{ name = name, target = deliver, args = { name } }:start()
  end
  for _, courier in ipairs(couriers) do courier:join() end
end

return { day = day }
