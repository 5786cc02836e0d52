-- What each call of a queue returns, one after the other, in one process.
-- Watch: a call that cannot be done says why, and never loses or invents a message.
-- Change: the sizes and timeouts; put nil, a table, the queue itself.
local ipc = require "tidelock"

local three, five = ipc.queue(3), ipc.queue{ maxsize = 5, order = "lifo" }

local function show(what, ...)
  print(("%-28s"):format(what), ...)
  return ...
end

for n = 1, 3 do assert(show("put(" .. n .. ")", three:put(n))) end
assert(show("is_full()", three:is_full()) and show("size()", three:size()) == 3)
local ok, why = show("put(4, 0.5)", three:put(4, 0.5))
assert(ok == nil and why == "full")
ok, why = show("try_put(4)", three:try_put(4))
assert(ok == nil and why == "full")
for n = 1, 3 do assert(show("get()", three:get()) == n) end
assert(show("is_empty()", three:is_empty()))
ok, why = show("get(0.5)", three:get(0.5))
assert(ok == nil and why == "empty")
ok, why = show("try_get()", three:try_get())
assert(ok == nil and why == "empty")

assert(show("lifo: put_many{ 1, 2, 3, 4, 5, 6 }", five:put_many({ 1, 2, 3, 4, 5, 6 }, 0)) == 5)
for n = 5, 1, -1 do assert(show("lifo: get()", five:get()) == n) end

three:put(nil)
assert(select("#", show("get() of nil", three:get())) == 1, "nil is a message; a reason would be the second result")
three:put("last")
three:close()
ok, why = show("put after close", three:put(1))
assert(ok == nil and why == "closed" and three:get() == "last")
assert(select(2, show("get after close", three:get())) == "closed")
