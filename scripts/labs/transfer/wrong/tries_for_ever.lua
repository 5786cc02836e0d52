-- says: "may try for ever"
-- 10 coins from one account to another. Each account has a lock and a number.
local ipc = require "tidelock"

local function transfer(from, to, amount)
  from.lock:acquire()
  while not to.lock:acquire(0) do
    from.lock:release()
    ipc.yield()
    from.lock:acquire()
  end
  from:take(amount)
  to:give(amount)
  to.lock:release()
  from.lock:release()
end

return { transfer = transfer }
