-- says: "3 guests on 2 seats"
local ipc = require "tidelock"

local book, called = ipc.lock{ name = "book" }, ipc.semaphore{ value = 0, name = "called" }
local eating, waiting, party = ipc.value(0, "eating"), ipc.value(0, "waiting"), ipc.value(0, "party")

local function guest(eat)
  if party:get() == 1 then
    waiting:add(1)
    called:acquire() -- who calls me has already counted me among those who eat
  else
    if eating:add(1) == 2 then party:set(1) end
  end
  eat()
  book:acquire()
  if eating:add(-1) == 0 then
    local next_ones = math.min(2, waiting:get())
    waiting:add(-next_ones)
    eating:add(next_ones)
    party:set(next_ones // 2)
    for _ = 1, next_ones do called:release() end
  end
  book:release()
end

return { guest = guest }
