-- says: "the office took its own receipt back"
local ipc = require "tidelock"

local bell = ipc.semaphore{ value = 0, name = "bell" }

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    desk:put(product)
    bell:acquire()
    keep(product, desk:get())
  end
end

local function office(desk, count, stamp)
  for _ = 1, count do
    local receipt = stamp(desk:get())
    desk:put(receipt)
    bell:release()
  end
end

return { workshop = workshop, office = office }
