-- Odd ones begin at the left, even ones at the right.
local function dine(n, forks, eat)
  local first, second = forks[n], forks[n % #forks + 1]
  if n % 2 == 0 then first, second = second, first end
  first:acquire()
  second:acquire()
  eat()
  second:release()
  first:release()
end

return { dine = dine }
