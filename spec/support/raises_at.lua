-- For specs of both places: raises_at(at, object, text, fn, ...) asserts that fn(...) raises at a line of a spec, in
-- the object's name, a text in which this one is found, as it is.
local assert = require "luassert"

return function(at, object, text, fn, ...)
  local ok, why = pcall(fn, ...)
  assert.is_false(ok)
  local told = type(why) == "string" and why:match "^spec/%g+:%d+: (.*)$"
  assert.truthy(told and told:find(at.title(object)) and told:find(text, 1, true), tostring(why))
end
