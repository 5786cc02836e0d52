-- says: "are not read"
local ipc = require "tidelock"

local function send(out, addresses)
  for _, address in ipairs(addresses) do out:send(address) end
end

local function receive(into, read)
  while into:poll(0) do read(into:recv()) end
end

local function relay(addresses, read)
  local into, out = ipc.pipe{ duplex = false }
  local receiver = ipc.process{ name = "receiver", target = receive, args = { into, read } }:start()
  ipc.process{ name = "sender", target = send, args = { out, addresses } }:start()
  receiver:join()
  return receiver
end

return { relay = relay }
