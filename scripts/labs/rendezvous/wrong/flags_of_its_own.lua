-- says: "tries for ever in line 11, and looks at nothing that another task could change"
-- says: "`served` (line 6) is a variable of Lua"
-- Ann and Bob cook for the same table. No main course may be served before both starters are.
local ipc = require "tidelock"

local served = {}

local function cook(me, other, serve_starter, serve_main)
  serve_starter()
  served[me] = true
  while not served[other] do ipc.yield() end
  serve_main()
end

return { cook = cook }
