-- says: "for ever"
local ipc = require "tidelock"

local receipts = ipc.queue{ maxsize = 1, name = "receipts" }

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    local receipt = receipts:get()
    desk:put(product)
    keep(product, receipt)
  end
end

local function office(desk, count, stamp)
  for _ = 1, count do
    receipts:put(stamp(desk:get()))
  end
end

return { workshop = workshop, office = office }
