-- A pipe has two ends: what one end sends only the other one receives, so that no sheet comes back to its sender.
local ipc = require "tidelock"

local here, there = ipc.pipe()

local function workshop(desk, products, keep)
  for _, product in ipairs(products) do
    here:send(product)
    keep(product, here:recv())
  end
end

local function office(desk, count, stamp)
  for _ = 1, count do
    local product = there:recv()
    there:send(stamp(product))
  end
end

return { workshop = workshop, office = office }
