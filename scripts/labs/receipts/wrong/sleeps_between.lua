-- says: "took its own"
-- says: "sleep"
local ipc = require "tidelock"

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    desk:put(product)
    ipc.sleep(1)
    keep(product, desk:get())
  end
end

local function office(desk, count, stamp)
  for _ = 1, count do
    local product = desk:get()
    desk:put(stamp(product))
  end
end

return { workshop = workshop, office = office }
