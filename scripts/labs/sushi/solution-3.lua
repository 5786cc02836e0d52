-- Pass the baton: the lock itself goes to the one who is woken, so that nobody can come between.
local ipc = require "tidelock"

local book, called = ipc.semaphore{ value = 1, name = "book" }, ipc.semaphore{ value = 0, name = "called" }
local eating, waiting, party = ipc.value(0, "eating"), ipc.value(0, "waiting"), ipc.value(0, "party")

local function pass_on()
  if party:get() == 0 and waiting:get() > 0 then
    waiting:add(-1)
    called:release()
  else
    book:release()
  end
end

local function guest(eat)
  book:acquire()
  if party:get() == 1 then
    waiting:add(1)
    book:release()
    called:acquire()
  end
  if eating:add(1) == 2 then party:set(1) end
  pass_on()
  eat()
  book:acquire()
  if eating:add(-1) == 0 then party:set(0) end
  pass_on()
end

return { guest = guest }
