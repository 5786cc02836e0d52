-- Notify for notify_all, corrected: all look again after each change, so whoever can go on does; two plates are put and
-- two are taken, so there is always one who can.
local ipc = require "tidelock"

local plates, hatch = ipc.value(0, "plates"), ipc.condition{ name = "hatch" } -- room for one plate

local function move(by, wanted)
  hatch:acquire()
  while plates:get() ~= wanted do hatch:wait() end
  plates:add(by)
  hatch:notify_all()
  hatch:release()
end

local tasks = {}
for n = 1, 2 do tasks[#tasks + 1] = ipc.spawn{ target = move, args = { 1, 0 }, name = "cook-" .. n } end
for n = 1, 2 do tasks[#tasks + 1] = ipc.spawn{ target = move, args = { -1, 1 }, name = "guest-" .. n } end
for _, task in ipairs(tasks) do task:join() end
