-- Three constraints in a chain: the valve is shut, then the tank drained, then the hatch opened, before the valve is
-- opened again.  Of depth 3, as Burckhardt and others say in A randomized scheduler with guarantees, 2010.
local ipc = require "tidelock"

local valve, tank, hatch = ipc.value(1, "valve"), ipc.value(1, "tank"), ipc.value(0, "hatch")

local function inspect()
  if tank:get() == 0 then hatch:set(1) end
end

local function drain()
  if valve:get() == 0 then tank:set(0) end
end

local function service()
  valve:set(0)
  ipc.always(hatch:get() == 0, "the valve is opened under an open hatch")
  valve:set(1)
end

local tasks = {
  ipc.spawn{ target = inspect, name = "inspector" },
  ipc.spawn{ target = drain, name = "drainer" },
  ipc.spawn{ target = service, name = "mechanic" },
}
for _, task in ipairs(tasks) do task:join() end
