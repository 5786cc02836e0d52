-- Asserts that f(...) raises a text in which the pattern is found.
local assert = require "luassert"

return function(pattern, f, ...)
  local ok, why = pcall(f, ...)
  assert.is_false(ok)
  assert.truthy(why:find(pattern), why)
end
