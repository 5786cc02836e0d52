-- says: "beside somebody whose party had not left"
-- Whoever is woken takes the book again, and counts himself in.
local ipc = require "tidelock"

local book, called = ipc.lock{ name = "book" }, ipc.semaphore{ value = 0, name = "called" }
local eating, waiting, party = ipc.value(0, "eating"), ipc.value(0, "waiting"), ipc.value(0, "party")

local function guest(eat)
  book:acquire()
  if party:get() == 1 then
    waiting:add(1)
    book:release()
    called:acquire()
    book:acquire()
    waiting:add(-1)
  end
  if eating:add(1) == 2 then party:set(1) end
  book:release()
  eat()
  book:acquire()
  if eating:add(-1) == 0 then
    for _ = 1, math.min(2, waiting:get()) do called:release() end
    party:set(0)
  end
  book:release()
end

return { guest = guest }
