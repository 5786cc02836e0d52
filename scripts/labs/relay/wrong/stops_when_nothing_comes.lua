-- says: "the receiver has ended, and"
-- says: "a timeout means"
local ipc = require "tidelock"

local function relay(addresses, read)
  local into, out = ipc.pipe{ duplex = false }
  local receiver = ipc.spawn(function()
    while into:poll(0.1) do read((into:recv())) end
  end)
  local sender = ipc.spawn(function()
    for _, address in ipairs(addresses) do out:send(address) end
  end)
  sender:join()
  receiver:join()
  return receiver
end

return { relay = relay }
