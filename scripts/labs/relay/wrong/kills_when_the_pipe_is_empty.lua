-- says: "the receiver was killed with 1 of"
local ipc = require "tidelock"

local function send(out, addresses)
  for _, address in ipairs(addresses) do out:send(address) end
end

local function receive(into, read)
  while true do
    local address, why = into:recv()
    if why == "closed" then return end
    read(address)
  end
end

local function relay(addresses, read)
  local into, out = ipc.pipe{ duplex = false }
  local receiver = ipc.process{ name = "receiver", target = receive, args = { into, read } }:start()
  local sender = ipc.process{ name = "sender", target = send, args = { out, addresses } }:start()
  sender:join()
  while into:poll(0) do ipc.yield() end
  receiver:terminate()
  receiver:join()
  return receiver
end

return { relay = relay }
