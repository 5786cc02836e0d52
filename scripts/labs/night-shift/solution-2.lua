-- All go out, all come home or do not; whatever is dark then is the list for the next walk.
local ipc = require "tidelock"

local function night(lamps, walk)
  local out, list = {}, lamps
  repeat -- until none is left that stayed dark
    for n, lamp in ipairs(list) do out[n] = ipc.spawn(walk, lamp) end
    for n in ipairs(list) do out[n]:join() end
    local dark = {}
    for _, lamp in ipairs(list) do
      if not lamp:is_lit() then dark[#dark + 1] = lamp end
    end
    list = dark
  until #list == 0
end

return { night = night }
