-- says: "is not from the office"
local ipc = require "tidelock"
local tray = ipc.queue{ maxsize = 1, name = "tray" }
local function workshop(desk, products, keep) for _, p in ipairs(products) do desk:put(p) keep(p, tray:get()) end end
local function office(desk, n, stamp) for _ = 1, n do local p = desk:get() tray:put(stamp(p)) end end
return { workshop = function(desk, products, keep)
  for _, p in ipairs(products) do desk:put(p) tray:get()
  keep(p, ("%s, stamped %d"):format(p, #p * 1717)) end end, office = office }
