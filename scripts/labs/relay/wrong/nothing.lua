-- says: "for ever: an end of the pipe is still open"
-- A sender passes addresses down a pipe, a receiver reads until no more can come. How does it learn that?
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
  return receiver
end

return { relay = relay }
