-- An event for each cook: it stays set, so that it does not matter who comes first.
local ipc = require "tidelock"

local ready = { ann = ipc.event("ann is ready"), bob = ipc.event("bob is ready") }

local function cook(me, other, serve_starter, serve_main)
  serve_starter()
  ready[me]:set()
  ready[other]:wait()
  serve_main()
end

return { cook = cook }
