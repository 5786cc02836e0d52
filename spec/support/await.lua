-- Waits until the predicate holds; raises at the caller's line where it does not within a minute: a spec that fails is
-- worth more than one that hangs.
local ipc = require "tidelock"

return function(predicate)
  local limit = ipc.now() + 60
  while not predicate() do
    if ipc.now() > limit then error("waited in vain", 2) end
    ipc.yield()
  end
end
