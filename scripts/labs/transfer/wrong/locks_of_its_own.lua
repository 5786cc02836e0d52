-- says: "there were 500 coins in the bank"
local ipc = require "tidelock"

local function transfer(from, to, amount)
  local lock = ipc.lock{ name = "mine" }
  lock:acquire()
  from:take(amount)
  to:give(amount)
  lock:release()
end

return { transfer = transfer }
