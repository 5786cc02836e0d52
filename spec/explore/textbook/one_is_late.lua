-- Eight tasks of which one is late: the stove is lit as soon as the first cook begins, and the others take long.
-- An order violation: Lu, Park, Seo and Zhou, Learning from mistakes, 2008, 4.2.
local ipc = require "tidelock"

local COOKS, ONIONS = 8, 4
local stove, chopped, ready = ipc.value(0, "stove"), ipc.value(0, "chopped"), ipc.value(0, "ready")

local function light()
  stove:set(1)
end

local function chop()
  for _ = 1, ONIONS do chopped:add(1) end
  if ready:add(1) == COOKS - 1 then -- the last one puts the pan on
    ipc.always(stove:get() == 1, "the pan is on, and the stove is cold")
  end
end

local cooks = { ipc.spawn{ target = light, name = "cook-1" } }
for n = 2, COOKS do cooks[n] = ipc.spawn{ target = chop, name = "cook-" .. n } end
for _, cook in ipairs(cooks) do cook:join() end
