-- Transfer and audit, corrected: both hold the lock from their first step to their last.
local ipc = require "tidelock"

local accounts = ipc.table{ init = { savings = 100, current = 0 }, name = "accounts" }
local book = ipc.lock("book")

local function transfer(amount)
  accounts:add("savings", -amount)
  accounts:add("current", amount)
end

local function audit()
  return accounts.savings + accounts.current
end

local clerk = ipc.spawn{ target = book.with, args = { book, transfer, 30 }, name = "clerk" }
local auditor = ipc.spawn{ target = book.with, args = { book, audit }, name = "auditor" }
clerk:join()
local sum = auditor:result()
ipc.outcome("sum", sum)
ipc.always(sum == 100, "the auditor counts %d, not 100", sum)
