-- Eight tasks of which one is late, corrected: who puts the pan on waits until the stove is lit.
local ipc = require "tidelock"

local COOKS, ONIONS = 8, 4
local stove, chopped, ready = ipc.value(0, "stove"), ipc.value(0, "chopped"), ipc.value(0, "ready")
local lit = ipc.event("lit")

local function light()
  stove:set(1)
  lit:set()
end

local function chop()
  for _ = 1, ONIONS do chopped:add(1) end
  if ready:add(1) == COOKS - 1 then -- the last one puts the pan on
    lit:wait()
    ipc.always(stove:get() == 1, "the pan is on, and the stove is cold")
  end
end

local cooks = { ipc.spawn{ target = light, name = "cook-1" } }
for n = 2, COOKS do cooks[n] = ipc.spawn{ target = chop, name = "cook-" .. n } end
for _, cook in ipairs(cooks) do cook:join() end
