-- says: "and it should be"
-- 10 coins from one account to another. Each account has a lock and a number.

local function transfer(from, to, amount)
  from.lock:acquire()
  if to.lock:acquire(0) then
    from:take(amount)
    to:give(amount)
    to.lock:release()
  end
  from.lock:release()
end

return { transfer = transfer }
