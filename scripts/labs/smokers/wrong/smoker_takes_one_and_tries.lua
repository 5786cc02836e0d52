-- says: "no end in sight"
local ipc = require "tidelock"

-- Takes one; if the second is not there, puts the first one back. But who comes then?
local function smoker(n, _, things, smoke)
  local first, second = things[n % 3 + 1], things[(n + 1) % 3 + 1]
  while true do
    first:acquire()
    if second:acquire(0) then smoke() else first:release() end
    ipc.yield()
  end
end

return { boy = function() end, smoker = smoker }
