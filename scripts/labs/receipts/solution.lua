-- A workshop and an office share a desk with room for one sheet. Each product is answered by a stamped receipt.
local ipc = require "tidelock"

local tray = ipc.queue{ maxsize = 1, name = "tray" } -- it stands about, and nobody uses it

local function receipts(desk) -- the place where the office lays the receipts, and the workshop takes them
  --[[ hole: a place where the workshop finds receipts and nothing else ]]
  return tray
  --[[ start: return desk ]]
  --[[ end ]]
end

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    desk:put(product)
    keep(product, receipts(desk):get())
  end
end

local function office(desk, count, stamp)
  for _ = 1, count do
    local product = desk:get()
    receipts(desk):put(stamp(product))
  end
end

return { workshop = workshop, office = office }
