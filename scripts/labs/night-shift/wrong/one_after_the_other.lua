-- says: "no two watchmen are ever out together"
local ipc = require "tidelock"

local function night(lamps, walk)
  for n, lamp in ipairs(lamps) do
    while not lamp:is_lit() do
      ipc.process{ name = "watchman-" .. n, target = walk, args = { lamp } }:start():join()
    end
  end
end

return { night = night }
