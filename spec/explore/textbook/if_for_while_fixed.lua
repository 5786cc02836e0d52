-- `if` for `while`, corrected: whoever wakes looks again, with the lock held; two loaves for two buyers, and a notify
-- for each.
local ipc = require "tidelock"

local loaves, oven = ipc.value(0, "loaves"), ipc.condition{ name = "oven" }

local function buy()
  oven:acquire()
  while loaves:get() == 0 do oven:wait() end
  ipc.always(loaves:add(-1) >= 0, "%s has bought a loaf that is not there", ipc.current().name)
  oven:release()
end

local function bake()
  for _ = 1, 2 do
    oven:acquire()
    loaves:add(1)
    oven:notify()
    oven:release()
  end
end

local ann = ipc.spawn{ target = buy, name = "ann" }
local bob = ipc.spawn{ target = buy, name = "bob" }
local baker = ipc.spawn{ target = bake, name = "baker" }
for _, task in ipairs{ ann, bob, baker } do task:join() end
