-- Notify for notify_all: cooks and guests wait for one condition, and a guest's notify may wake another guest, who
-- waits again, while the cook sleeps on.  Goetz and others, Java Concurrency in Practice, 2006, 14.2.4.
local ipc = require "tidelock"

local plates, hatch = ipc.value(0, "plates"), ipc.condition{ name = "hatch" } -- room for one plate

local function move(by, wanted)
  hatch:acquire()
  while plates:get() ~= wanted do hatch:wait() end
  plates:add(by)
  hatch:notify()
  hatch:release()
end

local tasks = {}
for n = 1, 2 do tasks[#tasks + 1] = ipc.spawn{ target = move, args = { 1, 0 }, name = "cook-" .. n } end
for n = 1, 2 do tasks[#tasks + 1] = ipc.spawn{ target = move, args = { -1, 1 }, name = "guest-" .. n } end
for _, task in ipairs(tasks) do task:join() end
