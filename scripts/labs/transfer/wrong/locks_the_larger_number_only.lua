-- says: "there were 500 coins in the bank"
-- 10 coins from one account to another. Each account has a lock and a number.

local function transfer(from, to, amount)
  local larger = to.number > from.number and to or from
  larger.lock:acquire()
  from:take(amount)
  to:give(amount)
  larger.lock:release()
end

return { transfer = transfer }
