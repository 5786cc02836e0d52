-- says: "for ever for the other one"
local ipc = require "tidelock"

local stove, ready = ipc.lock("stove"), ipc.barrier(2)

local function cook(_, _, serve_starter, serve_main)
  stove:with(function()
    serve_starter()
    ready:wait()
    serve_main()
  end)
end

return { cook = cook }
