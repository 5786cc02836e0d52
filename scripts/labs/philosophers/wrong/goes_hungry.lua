-- says: "there were"
-- Thinker n needs the fork n at the left and the next one at the right; after fork 4 comes fork 1.
local function dine(n, forks, eat)
  local first, second = forks[n], forks[n % #forks + 1]
  if n == #forks then return end
  first:acquire()
  second:acquire()
  eat()
  second:release()
  first:release()
end

return { dine = dine }
