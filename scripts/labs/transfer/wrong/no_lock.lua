-- says: "there were 500 coins in the bank"
local function transfer(from, to, amount)
  from:take(amount)
  to:give(amount)
end

return { transfer = transfer }
