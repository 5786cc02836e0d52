--- Random: numbers that are the same for the same seed, in every Lua (xorshift, Marsaglia 2003).
local random = {}
random.__index = random

--- A generator; equal seeds, equal numbers.
function random.new(seed)
  local self = setmetatable({ state = 0x2545F4914F6CDD1D ~ (seed * 0x9E3779B97F4A7C1) }, random)
  if self.state == 0 then self.state = 1 end
  for _ = 1, 4 do self:bits() end
  return self
end

--- A whole number from 0 to 2^62 - 1.
function random:bits()
  local x = self.state
  x = x ~ (x << 13)
  x = x ~ (x >> 7)
  x = x ~ (x << 17)
  self.state = x
  return x >> 2
end

--- A whole number from 1 to `n`.
function random:below(n)
  return self:bits() % n + 1
end

return random
