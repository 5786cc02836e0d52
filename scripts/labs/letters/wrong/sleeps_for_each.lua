-- says: "it was said while"
-- says: "a sleep is a guess"
-- Three couriers carry the letters, all at the same time. `all_are_home` may be said when that is so, and no sooner.
local ipc = require "tidelock"

local function day(names, deliver, all_are_home)
  local couriers = {}
  for n, name in ipairs(names) do
    couriers[n] = ipc.process{ name = name, target = deliver, args = { name } }:start()
  end
  for _ in ipairs(couriers) do ipc.sleep(60) end
  all_are_home()
end

return { day = day }
