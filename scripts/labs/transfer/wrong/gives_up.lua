-- says: "cleo"
local function transfer(from, to, amount)
  from.lock:acquire()
  if to.number > from.number and to.lock:acquire(0) then
    if from.number == 1 then
      from:take(amount)
      to:give(amount)
    end
    to.lock:release()
  end
  from.lock:release()
end

return { transfer = transfer }
