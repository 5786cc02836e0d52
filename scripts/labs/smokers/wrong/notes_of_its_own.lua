-- says: "lie there, and all sleep"
-- Things and smokers have the numbers 1, 2 and 3: smoker n has thing n, and needs the other two.
local ipc = require "tidelock"

local counter, lies = ipc.lock{ name = "counter" }, ipc.value(0, "lies there")

local function boy(mine, thing, call) -- call(n) rings for smoker n
  while true do
    thing:acquire() -- it has been laid on the counter
    local lies = ipc.value(0, "lies there")
    counter:acquire()
    local other = lies:get()
    lies:set(other == 0 and mine or 0)
    if other ~= 0 then call(6 - mine - other) end
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
