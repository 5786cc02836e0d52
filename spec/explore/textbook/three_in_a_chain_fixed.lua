-- Three constraints in a chain, corrected: the valve is shut and opened under the plant's lock, so nobody drains
-- meanwhile.
local ipc = require "tidelock"

local valve, tank, hatch = ipc.value(1, "valve"), ipc.value(1, "tank"), ipc.value(0, "hatch")
local plant = ipc.lock("plant")

local function inspect()
  if tank:get() == 0 then hatch:set(1) end
end

local function drain()
  plant:acquire()
  if valve:get() == 0 then tank:set(0) end
  plant:release()
end

local function service()
  plant:acquire()
  valve:set(0)
  ipc.always(hatch:get() == 0, "the valve is opened under an open hatch")
  valve:set(1)
  plant:release()
end

local tasks = {
  ipc.spawn{ target = inspect, name = "inspector" },
  ipc.spawn{ target = drain, name = "drainer" },
  ipc.spawn{ target = service, name = "mechanic" },
}
for _, task in ipairs(tasks) do task:join() end
