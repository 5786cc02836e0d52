-- says: "has a lock of its own"
local ipc = require "tidelock"

local function clerk(till, coin)
  local key = ipc.lock("key")
  for _ = 1, 2 do
    key:with(function() till:set(till:get() + coin) end)
  end
end

return { clerk = clerk }
