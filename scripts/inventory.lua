-- A shop's inventory in a shared table.  Several clerks sell at once: each looks it up, wraps one up, writes one less.
-- Watch: the inventory agrees with what was sold.  With --no-update two look before either writes, and a sale is lost.
-- Change: inventory.lua [clerks [sales of each]] [--no-update], such as `inventory.lua 2 --no-update`.
local ipc = require "tidelock"

local numbers, careful = {}, true
for _, word in ipairs(arg) do
  if word == "--no-update" then careful = false else numbers[#numbers + 1] = math.tointeger(tonumber(word)) end
end
local CLERKS, SALES = numbers[1] or 4, numbers[2] or 25
local FRUIT, EACH = { "apples", "pears", "plums" }, CLERKS * SALES

local inventory = ipc.table(nil, "inventory")
for _, fruit in ipairs(FRUIT) do inventory[fruit] = EACH end

local function wrap_up()
  ipc.sleep(math.random() / 500)
end

local function sell(fruit)
  if careful then
    inventory:update(fruit, function(left)
      wrap_up()
      return left - 1
    end)
  else
    local left = inventory[fruit]
    wrap_up()
    inventory[fruit] = left - 1
  end
end

local function clerk()
  local sold = {}
  for _ = 1, SALES do
    local fruit = FRUIT[math.random(#FRUIT)]
    sell(fruit)
    sold[fruit] = (sold[fruit] or 0) + 1
  end
  return sold
end

local clerks, sold, lost = {}, {}, 0
for n = 1, CLERKS do clerks[n] = ipc.process{ target = clerk, name = "clerk-" .. n }:start() end
for _, process in ipairs(clerks) do
  for fruit, count in pairs(assert(process:result())) do sold[fruit] = (sold[fruit] or 0) + count end
end
for fruit, left in pairs(inventory) do
  local count = sold[fruit] or 0
  print(("%-6s %3d - %2d sold = %3d, the inventory says %3d"):format(fruit, EACH, count, EACH - count, left))
  lost = lost + left - (EACH - count)
end
print(("%d of %d sales lost by %d clerks"):format(lost, CLERKS * SALES, CLERKS))
if careful then
  assert(lost == 0)
elseif CLERKS > 1 then
  assert(lost > 0, "two clerks who saw the same number have written the same")
end
