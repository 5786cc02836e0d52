-- says: "all sleep"
-- says: "which has taken it before, has ended: nobody takes it"
-- Things and smokers have the numbers 1, 2 and 3: smoker n has thing n, and needs the other two.
local ipc = require "tidelock"

local counter, lies = ipc.lock{ name = "counter" }, ipc.value(0, "lies there")

local function boy(mine, thing, call)
  while true do
    thing:acquire()
    counter:acquire()
    local other = lies:get()
    lies:set(other == 0 and mine or 0)
    if other ~= 0 then call(6 - mine - other) end
    counter:release()
  end
end

local function smoker(_, bell, _, smoke)
  bell:acquire()
  smoke()
end

return { boy = boy, smoker = smoker }
