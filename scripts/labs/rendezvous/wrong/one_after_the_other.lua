-- says: "the two never cook at the same time"
local ipc = require "tidelock"

local stove, ready = ipc.lock("stove"), ipc.barrier(2)

local function cook(_, _, serve_starter, serve_main)
  stove:with(serve_starter)
  ready:wait()
  serve_main()
end

return { cook = cook }
