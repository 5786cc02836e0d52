-- says: "took its own"
local ipc = require "tidelock"

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    desk:put(product)
    if desk:is_full() then ipc.yield() end
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
