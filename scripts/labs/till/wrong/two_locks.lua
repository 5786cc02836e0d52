-- says: "lost:"
local ipc = require "tidelock"

local read, write = ipc.lock("read"), ipc.lock("write")

local function clerk(till, coin)
  for _ = 1, 2 do
    local sum = read:with(function() return till:get() end)
    write:with(function() till:set(sum + coin) end)
  end
end

return { clerk = clerk }
