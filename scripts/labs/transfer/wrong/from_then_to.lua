-- says: "a circle, so none can go on"
-- 10 coins from one account to another. Each account has a lock and a number.
local function transfer(from, to, amount)
  from.lock:acquire()
  to.lock:acquire()
  from:take(amount)
  to:give(amount)
  to.lock:release()
  from.lock:release()
end

return { transfer = transfer }
