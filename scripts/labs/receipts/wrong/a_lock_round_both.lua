-- says: "for ever"
local ipc = require "tidelock"

local receipts, key = ipc.queue{ maxsize = 1 }, ipc.lock("key")

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    key:with(function()
      desk:put(product)
      keep(product, receipts:get())
    end)
  end
end

local function office(desk, count, stamp)
  for _ = 1, count do
    key:with(function()
      local product = desk:get()
      receipts:put(stamp(product))
    end)
  end
end

return { workshop = workshop, office = office }
