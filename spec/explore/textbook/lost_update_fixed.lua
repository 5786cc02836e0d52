-- Lost update, corrected: add reads and writes in one step, so no other write comes in between.
local ipc = require "tidelock"

local till = ipc.value(100, "till")

local function deposit(amount)
  till:add(amount)
end

local ann = ipc.spawn{ target = deposit, args = { 10 }, name = "ann" }
local bob = ipc.spawn{ target = deposit, args = { 20 }, name = "bob" }
ann:join()
bob:join()
ipc.outcome("till", till:get())
ipc.always(till:get() == 130, "the till holds %d, not 130", till:get())
