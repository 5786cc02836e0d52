-- says: "but on the counter lie"
local ipc = require "tidelock"

local sum = ipc.value(0, "sum")

local function boy(mine, thing, call)
  while true do
    thing:acquire()
    local now = sum:add(mine)
    if now ~= mine then
      call(6 - now)
      sum:set(0)
    end
  end
end

local function smoker(_, bell, _, smoke)
  while true do
    bell:acquire()
    smoke()
  end
end

return { boy = boy, smoker = smoker }
