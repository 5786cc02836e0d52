-- Check-then-act, corrected: the seat is taken only if it is still what the check saw.
local ipc = require "tidelock"

local seats = ipc.value(1, "seats")

local function book()
  local free = seats:get()
  while free > 0 do
    if seats:compare_set(free, free - 1) then return 1 end
    free = seats:get()
  end
  return 0
end

local pool = ipc.pool(2)
local ann, bob = pool:submit(book), pool:submit(book)
local sold = ann:get() + bob:get()
pool:close()
pool:join()
ipc.outcome("sold", sold)
ipc.always(sold == 1, "one seat sold %d times", sold)
