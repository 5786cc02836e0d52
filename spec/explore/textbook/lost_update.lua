-- Lost update: two tellers read the till, and who writes last undoes what the other has put in.
-- Bernstein and Goodman, Concurrency control in distributed database systems, 1981.
local ipc = require "tidelock"

local till = ipc.value(100, "till")

local function deposit(amount)
  local before = till:get()
  till:set(before + amount)
end

local ann = ipc.spawn{ target = deposit, args = { 10 }, name = "ann" }
local bob = ipc.spawn{ target = deposit, args = { 20 }, name = "bob" }
ann:join()
bob:join()
ipc.outcome("till", till:get())
ipc.always(till:get() == 130, "the till holds %d, not 130", till:get())
