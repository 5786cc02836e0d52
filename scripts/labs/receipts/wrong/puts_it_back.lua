-- says: "may take it back for ever"
local ipc = require "tidelock"

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    desk:put(product)
    local sheet = desk:get()
    while sheet == product do
      desk:put(product)
      sheet = desk:get()
    end
    keep(product, sheet)
  end
end

local function office(desk, count, stamp)
  for _ = 1, count do
    local product = desk:get()
    desk:put(stamp(product))
  end
end

return { workshop = workshop, office = office }
