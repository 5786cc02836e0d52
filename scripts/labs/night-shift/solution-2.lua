-- Each lamp has a process of its own that looks after it, and sends watchmen until it burns.
local ipc = require "tidelock"

local function night(lamps, walk)
  local out = {}
  for n, lamp in ipairs(lamps) do out[n] = ipc.process{ name = "watchman-" .. n, target = walk, args = { lamp } }:start() end
  while #out > 0 do
    for n = #out, 1, -1 do
      out[n]:join()
      if lamps[n]:is_lit() then
        table.remove(out)
      else
        out[n] = ipc.process{ name = "deputy-" .. n, target = walk, args = { lamps[n] } }:start()
      end
    end
  end
end

return { night = night }
