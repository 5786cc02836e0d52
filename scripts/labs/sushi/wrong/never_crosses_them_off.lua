-- says: "eats alone, and somebody waits, though a seat is free"
local ipc = require "tidelock"

local book, called = ipc.lock{ name = "book" }, ipc.semaphore{ value = 0, name = "called" }
local eating, waiting, party = ipc.value(0, "eating"), ipc.value(0, "waiting"), ipc.value(0, "party")

local function guest(eat)
  book:acquire()
  if party:get() == 1 then
    waiting:add(1)
    book:release()
    called:acquire()
  else
    if eating:add(1) == 2 then party:set(1) end
    book:release()
  end
  eat()
  book:acquire()
  if eating:add(-1) == 0 then
    local next_ones = math.min(2, waiting:get())
    eating:add(next_ones)
    party:set(next_ones // 2)
    for _ = 1, next_ones do called:release() end
  end
  book:release()
end

return { guest = guest }
