-- says: "lie there, and all sleep"
local ipc = require "tidelock"

local counter, lies = ipc.lock{ name = "counter" }, ipc.value(0, "lies there")

local function boy(mine, thing, call)
  thing:acquire()
  counter:acquire()
  local other = lies:get()
  lies:set(other == 0 and mine or 0)
  if other ~= 0 then call(6 - mine - other) end
  counter:release()
end

local function smoker(_, bell, _, smoke)
  while true do
    bell:acquire()
    smoke()
  end
end

return { boy = boy, smoker = smoker }
