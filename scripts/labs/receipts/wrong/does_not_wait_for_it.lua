-- says: "kept nothing for"
local ipc = require "tidelock"

local receipts = ipc.queue{ name = "receipts" }

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    desk:put(product)
    keep(product, receipts:try_get())
  end
end

local function office(desk, count, stamp)
  for _ = 1, count do
    local product = desk:get()
    receipts:put(stamp(product))
  end
end

return { workshop = workshop, office = office }
