-- Without a lock: add is one step, and the second one to add knows what the first one has added.
local ipc = require "tidelock"

local sum = ipc.value(0, "sum")

local function boy(mine, thing, call)
  while true do
    thing:acquire()
    local now = sum:add(mine)
    if now ~= mine then
      sum:add(-now)
      call(6 - now)
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
