-- What lies there, thing by thing.
local ipc = require "tidelock"

local counter, lies = ipc.lock{ name = "counter" }, ipc.array("int32", 3)

local function boy(mine, call)
  counter:acquire()
  local a, b = mine % 3 + 1, (mine + 1) % 3 + 1
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

local function smoker(_, bell, _, smoke)
  bell:acquire()
  smoke()
end

return { boy = boy, smoker = smoker }
