-- says: "the smokers get up before a boy has called them"
-- No boys: each smoker tries to take both things at once, puts one back, and looks again later.
local ipc = require "tidelock"

local counter = ipc.lock("counter")

local function smoker(n, _, things, smoke)
  local one, other = things[n % 3 + 1], things[(n + 1) % 3 + 1]
  local function both()
    if not one:acquire(0) then return false end
    if other:acquire(0) then return true end
    one:release()
    return false
  end
  while true do
    if counter:with(both) then smoke() else ipc.sleep(1) end
  end
end

return { boy = function() end, smoker = smoker }
