-- A barrier of two is a rendezvous.
local ipc = require "tidelock"

local table_is_set = ipc.barrier{ parties = 2, name = "starters" }

local function cook(_, _, serve_starter, serve_main)
  serve_starter()
  table_is_set:wait()
  serve_main()
end

return { cook = cook }
