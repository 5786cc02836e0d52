-- says: "the receiver wrote a.org down before it heard anything"
local ipc = require "tidelock"

local function relay(addresses, read)
  local into, out = ipc.pipe{ duplex = false }
  local receiver = ipc.process{ name = "receiver", target = function()
    for _, address in ipairs(addresses) do read(address) end
    into:close()
  end }:start()
  local sender = ipc.process{ name = "sender", target = function()
    for _, address in ipairs(addresses) do out:send(address) end
  end }:start()
  out:close()
  sender:join()
  receiver:join()
  return receiver
end

return { relay = relay }
