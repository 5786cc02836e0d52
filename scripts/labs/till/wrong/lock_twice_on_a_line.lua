-- says: "coin"
-- says: "reads and then writes, in two steps, and clerk-"
-- Two clerks, one till. Each of them puts in a coin twice, and in the evening every coin must be there.
local ipc = require "tidelock"

local key = ipc.lock("key")

local function locked(call, ...) return key:with(call, ...) end

local function clerk(till, coin)
  for _ = 1, 2 do
    locked(till.set, till, locked(till.get, till) + coin)
  end
end

return { clerk = clerk }
