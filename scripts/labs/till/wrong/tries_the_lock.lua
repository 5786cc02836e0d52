-- says: "lost:"
-- Two clerks, one till. Each of them puts in a coin twice, and in the evening every coin must be there.
local ipc = require "tidelock"

local key = ipc.lock("key") -- there is one key to the till, for who wants it

local function clerk(till, coin)
  for _ = 1, 2 do
    local mine = key:acquire(0)
    till:set(till:get() + coin)
    if mine then key:release() end
  end
end

return { clerk = clerk }
