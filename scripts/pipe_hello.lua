-- A parent and its child greet each other over a duplex pipe, one message each way.
-- Watch: what one end sends only the other end receives.
-- Change: let the child answer twice; or make the pipe with duplex = false, and see which call is refused.
local ipc = require "tidelock"

local ours, theirs = ipc.pipe()

local function child(pipe)
  local greeting = pipe:recv()
  print("child received: " .. greeting)
  pipe:send("hello, parent")
  return greeting
end

local process = ipc.spawn(child, theirs)
ours:send("hello, child")
local answer = ours:recv()
print("parent received: " .. answer)
assert(answer == "hello, parent")
assert(process:result() == "hello, child")
assert(not ours:poll(0), "nothing came back to who sent it")
