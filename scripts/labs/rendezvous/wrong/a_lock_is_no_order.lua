-- says: "main came before"
local ipc = require "tidelock"

local stove = ipc.lock("stove")

local function cook(_, _, serve_starter, serve_main)
  stove:with(serve_starter)
  stove:with(serve_main)
end

return { cook = cook }
