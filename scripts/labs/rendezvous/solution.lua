-- Ann and Bob cook for the same table. No main course may be served before both starters are.
local ipc = require "tidelock"

local ready = {
  ann = ipc.semaphore{ value = 0, name = "ann's bell" },
  bob = ipc.semaphore{ value = 0, name = "bob's bell" },
}

local function cook(me, other, serve_starter, serve_main)
  serve_starter()
  --[[ hole: wait for the other one's starter ]]
  ready[me]:release()
  ready[other]:acquire()
  --[[ end ]]
  serve_main()
end

return { cook = cook }
