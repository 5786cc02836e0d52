-- says: "a circle, so none can go on"
-- 10 coins from one account to another. Each account has a lock and a number.
local function transfer(from, to, amount)
  local first, second = from, to
  if to.number < 2 and from.number < 2 then first, second = to, from end
  first.lock:acquire()
  second.lock:acquire()
  from:take(amount)
  to:give(amount)
  to.lock:release()
  from.lock:release()
end

return { transfer = transfer }
