-- says: "it was said while courier-"
-- says: "a sleep is a guess"
local ipc = require "tidelock"

local function day(names, deliver, all_are_home)
  for _, name in ipairs(names) do
    ipc.process{ name = name, target = deliver, args = { name } }:start()
  end
  for _ = 1, 100 do
    if #ipc.children() == 0 then break end
    ipc.sleep(0.01)
  end
  all_are_home()
end

return { day = day }
