-- walk(lamp) is what a watchman does: he goes to the lamp and calls lamp:light().
local ipc = require "tidelock"

local function night(lamps, walk)
  local watchmen = {}
  for n, lamp in ipairs(lamps) do
    watchmen[n] = ipc.process{ name = "watchman-" .. n, target = walk, args = { lamp } }:start()
  end
  for n, lamp in ipairs(lamps) do
    watchmen[n]:join()
    if not lamp:is_lit() then walk(lamp) end -- the master goes himself
  end
end

return { night = night }
