-- says: "it was said while"
-- Three couriers carry the letters, all at the same time. `all_are_home` may be said when that is so, and no sooner.
local ipc = require "tidelock"

local function day(names, deliver, all_are_home)
  local couriers = {}
  for n, name in ipairs(names) do
    couriers[n] = ipc.process{ name = name, target = deliver, args = { name } }:start()
  end
  for _, courier in ipairs(couriers) do
    courier:terminate()
    courier:join()
  end
  all_are_home()
end

return { day = day }
