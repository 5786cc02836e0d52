-- says: "two transfers of other accounts never overlap"
local ipc = require "tidelock"

local bank = ipc.lock{ name = "bank" }

local function transfer(from, to, amount)
  bank:acquire()
  from:take(amount)
  to:give(amount)
  bank:release()
end

return { transfer = transfer }
