-- says: "has a lock of its own"
local ipc = require "tidelock"

local function clerk(till, coin)
  for _ = 1, 2 do
    ipc.lock():with(function() till:set(till:get() + coin) end)
  end
end

return { clerk = clerk }
