-- says: "times in vain"
-- Thinker n needs the fork n at the left and the next one at the right; after fork 4 comes fork 1.
local function dine(n, forks, eat)
  local first, second = forks[n], forks[n % #forks + 1]
  first:acquire()
  while not second:acquire(0) do
    first:release()
    first:acquire()
  end
  eat()
  second:release()
  first:release()
end

return { dine = dine }
