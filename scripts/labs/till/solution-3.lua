-- Two clerks, one till. Each of them puts in a coin twice, and in the evening every coin must be there.
local ipc = require "tidelock"

local key = ipc.lock("key") -- there is one key to the till, for who wants it

local function clerk(till, coin)
  for _ = 1, 2 do
    till:update(function(sum) return sum + coin end)
  end
end

return { clerk = clerk }
