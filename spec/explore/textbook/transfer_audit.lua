-- Transfer and audit: who counts while money is on its way from one account to the other misses it.
-- Bernstein and Goodman, Concurrency control in distributed database systems, 1981.
local ipc = require "tidelock"

local accounts = ipc.table{ init = { savings = 100, current = 0 }, name = "accounts" }

local function transfer(amount)
  accounts:add("savings", -amount)
  accounts:add("current", amount)
end

local function audit()
  return accounts.savings + accounts.current
end

local clerk = ipc.spawn{ target = transfer, args = { 30 }, name = "clerk" }
local auditor = ipc.spawn{ target = audit, name = "auditor" }
clerk:join()
local sum = auditor:result()
ipc.outcome("sum", sum)
ipc.always(sum == 100, "the auditor counts %d, not 100", sum)
