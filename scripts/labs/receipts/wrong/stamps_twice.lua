-- says: "twice"
local ipc = require "tidelock"
local tray = ipc.queue{ maxsize = 1, name = "tray" }
local function workshop(desk, products, keep) for _, p in ipairs(products) do desk:put(p) keep(p, tray:get()) end end
local function office(desk, n, stamp) for _ = 1, n do local p = desk:get() tray:put(stamp(p)) end end
return { workshop = workshop, office = function(desk, n, stamp)
  for _ = 1, n do
  local p = desk:get() stamp(p) tray:put(stamp(p)) end end }
