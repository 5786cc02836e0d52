-- Two clerks, one till. Each of them puts in a coin twice, and in the evening every coin must be there.
local ipc = require "tidelock"

local key = ipc.lock("key") -- there is one key to the till, for who wants it

local function clerk(till, coin)
  for _ = 1, 2 do
    --[[ hole: put the coin in, so that none is lost, whoever else is at the till ]]
    key:acquire()
    till:set(till:get() + coin)
    key:release()
    --[[ start: till:set(till:get() + coin) ]]
    --[[ end ]]
  end
end

return { clerk = clerk }
