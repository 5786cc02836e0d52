-- Only one at a time may be taking locks; who has both lets the next one try, and moves the money meanwhile.
local ipc = require "tidelock"

local taking = ipc.lock{ name = "taking locks" }

local function transfer(from, to, amount)
  taking:acquire()
  from.lock:acquire()
  to.lock:acquire()
  taking:release()
  from:take(amount)
  to:give(amount)
  to.lock:release()
  from.lock:release()
end

return { transfer = transfer }
