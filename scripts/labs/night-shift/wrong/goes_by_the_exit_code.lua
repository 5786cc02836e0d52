-- says: "was lit twice"
-- walk(lamp) is what a watchman does: he goes to the lamp and calls lamp:light().
local ipc = require "tidelock"

local function night(lamps, walk)
  local watchmen = {}
  for n, lamp in ipairs(lamps) do
    watchmen[n] = ipc.process{ name = "watchman-" .. n, target = walk, args = { lamp } }:start()
  end
  for n, lamp in ipairs(lamps) do
    watchmen[n]:join()
    if watchmen[n].exitcode ~= 0 then
      ipc.process{ name = "deputy-" .. n, target = walk, args = { lamp } }:start():join()
    end
  end
end

return { night = night }
