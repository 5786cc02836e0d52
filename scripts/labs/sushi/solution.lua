local ipc = require "tidelock"

local book = ipc.lock{ name = "book" }
local called, heard = ipc.semaphore{ value = 0, name = "called" }, ipc.semaphore{ value = 0, name = "heard" }
local eating, waiting, party = ipc.value(0, "eating"), ipc.value(0, "waiting"), ipc.value(0, "party")

local function guest(eat)
  book:acquire()
  if party:get() == 1 then
    waiting:add(1)
    book:release()
    called:acquire() -- who calls me has already counted me among those who eat
    heard:release()
  else
    if eating:add(1) == 2 then party:set(1) end
    book:release()
  end
  eat()
  book:acquire()
  if eating:add(-1) == 0 then
    --[[ hole: the last one of a party seats up to two of those who wait ]]
    --[[ start: party:set(0) ]]
    --[[ start: for _ = 1, waiting:get() do called:release() end ]]
    local next_ones = math.min(2, waiting:get())
    waiting:add(-next_ones)
    eating:add(next_ones)
    party:set(next_ones // 2)
    for _ = 1, next_ones do called:release() end
    for _ = 1, next_ones do heard:acquire() end -- till then nobody may come who would hear it in their place
    --[[ end ]]
  end
  book:release()
end

return { guest = guest }
