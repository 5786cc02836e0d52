-- What f(...) raises, without the position, which must be a line of a spec.
local assert = require "luassert"

return function(f, ...)
  local ok, why = pcall(f, ...)
  assert.is_false(ok)
  return (assert(tostring(why):match "^spec/%g+_spec%.lua:%d+: (.*)$", why))
end
