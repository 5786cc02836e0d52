-- says: "for ever for the other one"
local ipc = require "tidelock"

local bell = ipc.condition{ name = "bell" }

local function cook(_, _, serve_starter, serve_main)
  serve_starter()
  bell:with(function()
    bell:notify_all()
    bell:wait()
  end)
  serve_main()
end

return { cook = cook }
