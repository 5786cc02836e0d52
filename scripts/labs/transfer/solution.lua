-- 10 coins from one account to another. Each account has a lock and a number.
local function transfer(from, to, amount)
  --[[ hole: take both locks, in an order that is the same for all ]]
  --[[ start: from.lock:acquire() ]]
  --[[ start: to.lock:acquire() ]]
  local first, second = from, to
  if to.number < from.number then first, second = to, from end
  first.lock:acquire()
  second.lock:acquire()
  --[[ end ]]
  from:take(amount)
  to:give(amount)
  to.lock:release()
  from.lock:release()
end

return { transfer = transfer }
