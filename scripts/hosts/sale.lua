-- The sale of scripts/sale.lua over several machines: each runs this script with the same address.
--   tidelock scripts/hosts/sale.lua redis://lab/sale HOSTS [CUSTOMERS]
-- Watch: 10 wristbands are sold in all, whichever host was faster; no host knows of the others.
-- Change: WRISTBANDS; kill -9 one host's customers while they run.  Try it on one machine: scripts/hosts/two.lua
local ipc = require "tidelock"

local WRISTBANDS = 10
local address, hosts, customers = arg[1], tonumber(arg[2]) or 1, tonumber(arg[3]) or 30
assert(address, "sale.lua ADDRESS HOSTS [CUSTOMERS]")

local space = ipc.open{ name = address, insecure = true }
local stock = space.value("stock", WRISTBANDS)
local sold = space.queue "sold"
local start, finish = space.barrier("start", hosts), space.barrier("finish", hosts)
local here = io.popen("hostname"):read "l"

-- add gives the number after: so of two who see the last wristband one gets -1
local function customer(name)
  if stock:add(-1) >= 0 then
    sold:put(name .. " on " .. here)
    return true
  end
end

start:wait()
local processes, got = {}, 0
for n = 1, customers do
  processes[n] = ipc.process{ target = customer, args = { "customer-" .. n }, name = "customer-" .. n }:start()
end
for _, process in ipairs(processes) do
  if process:result() then got = got + 1 end
end
print(("%d of %d customers on %s have a wristband"):format(got, customers, here))

if finish:wait() == hosts then -- the last host tells all
  assert(sold:size() == WRISTBANDS, "sold " .. sold:size())
  print(sold:size() .. " wristbands sold on all hosts:")
  while not sold:is_empty() do print("  " .. sold:get()) end
end
