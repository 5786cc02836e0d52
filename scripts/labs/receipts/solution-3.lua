-- One desk, but a bell for each side: nobody comes to the desk before the other one has rung.
local ipc = require "tidelock"

local bells = {
  workshop = ipc.semaphore{ value = 0, name = "the workshop's bell" },
  office = ipc.semaphore{ value = 0, name = "the office's bell" },
}

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    desk:put(product)
    bells.office:release()
    bells.workshop:acquire()
    keep(product, desk:get())
  end
end

local function office(desk, count, stamp)
  for _ = 1, count do
    bells.office:acquire()
    local product = desk:get()
    desk:put(stamp(product))
    bells.workshop:release()
  end
end

return { workshop = workshop, office = office }
