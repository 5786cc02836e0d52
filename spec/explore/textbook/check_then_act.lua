-- Check-then-act: both workers of a pool see the last seat free before either takes it.
-- Goetz and others, Java Concurrency in Practice, 2006, 2.2.
local ipc = require "tidelock"

local seats = ipc.value(1, "seats")

local function book()
  if seats:get() > 0 then
    seats:add(-1)
    return 1
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
