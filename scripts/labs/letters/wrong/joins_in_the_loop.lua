-- says: "no two couriers are ever out together"
local ipc = require "tidelock"

local function day(names, deliver, all_are_home)
  for _, name in ipairs(names) do
    local courier = ipc.process{ name = name, target = deliver, args = { name } }:start()
    courier:join()
  end
  all_are_home()
end

return { day = day }
