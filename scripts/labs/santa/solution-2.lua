-- One condition, and three numbers under it.
local ipc = require "tidelock"

local pole = ipc.condition{ name = "pole" }
local herd, asking = ipc.value(0, "herd"), ipc.value(0, "asking")
local hitched, answered = ipc.value(0, "hitched"), ipc.value(0, "answered")

local function santa(house)
  pole:with(function()
    while herd:get() < 3 and asking:get() < 2 do pole:wait() end
    house:lie_awake()
    if herd:get() == 3 then
      herd:set(0)
      house:hitch()
      hitched:set(3)
    else
      asking:add(-2)
      house:answer()
      answered:add(2)
    end
    pole:notify_all()
  end)
end

local function reindeer(house, pull)
  pole:with(function()
    if herd:add(1) == 3 then house:reindeer_are_back() pole:notify_all() end
    while hitched:get() == 0 do pole:wait() end
    hitched:add(-1)
    pull()
  end)
end

local function elf(_, ask)
  pole:with(function()
    while answered:get() > 0 do pole:wait() end -- others are still with him
    asking:add(1)
    pole:notify_all()
    while answered:get() == 0 do pole:wait() end
    answered:add(-1)
    pole:notify_all()
    ask()
  end)
end

return { santa = santa, reindeer = reindeer, elf = elf }
