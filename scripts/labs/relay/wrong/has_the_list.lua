-- says: "the receiver looks at the sender's list"
local ipc = require "tidelock"

local function relay(addresses, read)
  local into, out = ipc.pipe{ duplex = false }
  local receiver = ipc.process{ name = "receiver", target = function()
    into:recv()
    for _, address in ipairs(addresses) do read(address) end
  end }:start()
  out:send "go"
  receiver:join()
  return receiver
end

return { relay = relay }
