-- says: "there were 500 coins in the bank"
local function transfer(from, to, amount)
  from.lock:acquire()
  from:take(amount)
  to:give(amount)
  from.lock:release()
end

return { transfer = transfer }
