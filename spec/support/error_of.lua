-- What f(...) raises, as it is.
local assert = require "luassert"

return function(f, ...)
  local ok, why = pcall(f, ...)
  assert.is_false(ok)
  return why
end
