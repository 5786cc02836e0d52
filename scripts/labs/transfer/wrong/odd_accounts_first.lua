-- says: "ann and bob wait for ever at the counter"
-- 10 coins from one account to another. Each account has a lock and a number.
local function transfer(from, to, amount)
  local first, second = from, to
  if from.number % 2 == 1 then first, second = to, from end
  first.lock:acquire()
  second.lock:acquire()
  from:take(amount)
  to:give(amount)
  to.lock:release()
  from.lock:release()
end

return { transfer = transfer }
