-- says: "took its own"
local ipc = require "tidelock"

local key = ipc.lock("key")

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    key:with(function() desk:put(product) end)
    keep(product, (desk:get()))
  end
end

local function office(desk, count, stamp)
  for _ = 1, count do
    local product = desk:get()
    key:with(function() desk:put(stamp(product)) end)
  end
end

return { workshop = workshop, office = office }
