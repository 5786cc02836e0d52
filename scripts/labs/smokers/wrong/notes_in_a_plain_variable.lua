-- says: "lie there, and all sleep"
local ipc = require "tidelock"

local counter, other = ipc.lock{ name = "counter" }, 0

local function boy(mine, thing, call)
  while true do
    thing:acquire()
    counter:acquire()
    if other ~= 0 then
      call(6 - mine - other)
      other = 0
    else
      other = mine
    end
    counter:release()
  end
end

local function smoker(_, bell, _, smoke)
  while true do
    bell:acquire()
    smoke()
  end
end

return { boy = boy, smoker = smoker }
