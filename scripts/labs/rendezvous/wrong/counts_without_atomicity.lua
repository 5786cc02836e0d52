-- says: "for ever for the other one"
local ipc = require "tidelock"

local served, both = ipc.value(0, "served"), ipc.event("both")

local function cook(_, _, serve_starter, serve_main)
  serve_starter()
  served:set(served:get() + 1)
  if served:get() == 2 then both:set() end
  both:wait()
  serve_main()
end

return { cook = cook }
