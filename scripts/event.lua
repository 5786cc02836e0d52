-- A child computes for two seconds and then sets an event; its parent waits for the event before it uses the result.
-- Watch: the parent goes on only after `set`.
-- Change: wait with a timeout of 1 and see what it returns; let several processes wait for the one event.
local ipc = require "tidelock"

local done, answer = ipc.event{ name = "done" }, ipc.value(0)

local function compute()
  local until_then, n = ipc.now() + 2, 0
  while ipc.now() < until_then do n = n + 1 end
  print("the child has computed")
  answer:set(42)
  done:set()
end

local child = ipc.spawn(compute)
print("the parent waits; is it set? " .. tostring(done:is_set()))
assert(done:wait())
print("the parent goes on with " .. answer:get())
assert(done:is_set() and answer:get() == 42)
child:join()
