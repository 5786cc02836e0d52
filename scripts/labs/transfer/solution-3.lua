-- Try, back off, and then go by the other order, which cannot fail twice: the numbers say who waits.
local function transfer(from, to, amount)
  from.lock:acquire()
  if not to.lock:acquire(0) then
    from.lock:release()
    local first, second = from, to
    if to.number < from.number then first, second = to, from end
    first.lock:acquire()
    second.lock:acquire()
  end
  from:take(amount)
  to:give(amount)
  to.lock:release()
  from.lock:release()
end

return { transfer = transfer }
