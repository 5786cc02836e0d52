-- How many of n rounds a spec makes: a quarter under a sanitizer, where each takes many times longer.  So many rounds
-- hunt for races, as the run without one does; a wrong access is seen in the first round that makes it.
local shell = dofile "spec/support/shell.lua"
local share = shell.tidelock:find "sanitize" and 4 or 1

return function(n) return math.max(1, n // share) end
