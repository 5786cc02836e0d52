-- Waits until the predicate holds; raises at the caller's line, with `what` there was instead, where it does not within
-- a minute: a spec that fails is worth more than one that hangs.
local ipc = require "tidelock"

return function(predicate, what)
  local limit = ipc.now() + 60
  while not predicate() do
    if ipc.now() > limit then error(what or "waited in vain", 2) end
    ipc.yield()
  end
end
