-- A pool of three couriers: map returns when the last letter is delivered.
local ipc = require "tidelock"

local function day(names, deliver, all_are_home)
  ipc.pool(#names):map(deliver, names)
  all_are_home()
end

return { day = day }
