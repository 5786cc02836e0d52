-- says: "was due"
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
  local first = ipc.process{ name = "receiver-1", target = receive, args = { into, read } }:start()
  local second = ipc.process{ name = "receiver-2", target = receive, args = { into, read } }:start()
  send(out, addresses)
  out:close()
  first:join()
  second:join()
  return second
end

return { relay = relay }
