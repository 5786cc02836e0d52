-- The objects of tidelock in the event loop of another library: luv, the loop of node.js.
-- Watch: one loop serves orders from other processes, a clock, and the end of the kitchen; nothing polls.
-- Change: let the cooks be slower than the clock; put the bell into ipc.receive beside the orders.
local ipc = require "tidelock"
local found, uv = pcall(require, "luv")
if not found then
  print("this script needs luv: apt-get install lua-luv")
  os.exit(0)
end
if ipc.seed() then
  print("the event loop of another library waits in real time: run this script without --sim")
  os.exit(0)
end

local orders, bell = ipc.queue{ name = "orders" }, ipc.event{ name = "bell" }
local served, ticks = 0, 0

local function cook(name)
  for n = 1, 3 do
    ipc.sleep(0.05)
    orders:put(name .. "'s dish " .. n)
  end
end

-- Calls `serve` whenever the object is ready; its fd may be readable for a moment after another was faster.
local function on(object, serve)
  local poll = uv.new_poll(ipc.fd(object))
  poll:start("r", serve)
  return poll
end

local clock = uv.new_timer()
clock:start(20, 20, function() ticks = ticks + 1 end)
local kitchen = on(orders, function()
  local dish = orders:try_get()
  if not dish then return end
  served = served + 1
  print("served: " .. dish)
  if served == 6 then bell:set() end
end)
local closing
closing = on(bell, function()
  print("the bell rings: the kitchen closes")
  for _, handle in ipairs{ clock, kitchen, closing } do handle:close() end
end)

for _, name in ipairs{ "ann", "bob" } do ipc.spawn(cook, name) end
uv.run()
assert(served == 6 and ticks > 0)
