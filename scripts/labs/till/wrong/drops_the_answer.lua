-- says: "lost:"
-- Two clerks, one till. Each of them puts in a coin twice, and in the evening every coin must be there.
local ipc = require "tidelock"

local function clerk(till, coin)
  for _ = 1, 2 do
    local sum = till:get()
    local well = till:compare_set(sum, sum + coin)
    ipc.yield()
  end
end

return { clerk = clerk }
