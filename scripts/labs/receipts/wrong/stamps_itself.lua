-- says: "is not from the office"
local ipc = require "tidelock"

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    desk:put(product)
    keep(product, "receipt for " .. product)
  end
end

local function office(desk, count, stamp)
  for _ = 1, count do stamp(desk:get()) end
end

return { workshop = workshop, office = office }
