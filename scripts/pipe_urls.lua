-- A sender sends ten URLs with pauses; a receiver would receive for ever; the parent joins the one, ends the other.
-- Watch: the order is that of sending, and the receiver's exit code is -15, the signal that ended it.
-- Change: let the receiver return when recv says "closed", and the parent close its ends instead of terminating.
local ipc = require "tidelock"

local URLS = 10
local out, into = ipc.pipe{ duplex = false }
local received = ipc.queue()

local function send()
  for n = 1, URLS do
    into:send("https://example.org/page/" .. n)
    ipc.sleep(math.random() / 5)
  end
end

local function receive()
  while true do
    local url = out:recv()
    print("received " .. url)
    received:put(url)
  end
end

local sender = ipc.process{ target = send, name = "sender" }:start()
local receiver = ipc.process{ target = receive, name = "receiver" }:start()
sender:join()
for n = 1, URLS do assert(received:get() == "https://example.org/page/" .. n) end
receiver:terminate()
receiver:join()
print("the receiver's exit code: " .. receiver.exitcode)
assert(receiver.exitcode == -15)
