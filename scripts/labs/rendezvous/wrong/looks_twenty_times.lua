-- says: "main came before"
-- says: "a sleep is a guess"
local ipc = require "tidelock"

local ready = { ann = ipc.value(0, "ann is ready"), bob = ipc.value(0, "bob is ready") }

local function cook(me, other, serve_starter, serve_main)
  serve_starter()
  ready[me]:set(1)
  for _ = 1, 20 do -- a second: that should be enough
    if ready[other]:get() == 1 then break end
    ipc.sleep(0.05)
  end
  serve_main()
end

return { cook = cook }
