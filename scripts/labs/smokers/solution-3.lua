-- What lies there, thing by thing.
local ipc = require "tidelock"

local counter, lies = ipc.lock{ name = "counter" }, ipc.array("int32", 3)

local function boy(mine, thing, call)
  local a, b = mine % 3 + 1, (mine + 1) % 3 + 1
  while true do
    thing:acquire()
    counter:acquire()
    if lies[a] == 1 then
      lies[a] = 0
      call(b)
    elseif lies[b] == 1 then
      lies[b] = 0
      call(a)
    else
      lies[mine] = 1
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
