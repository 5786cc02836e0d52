-- Ticket grabbing: buyers look at the stock, then each buys: read, check, wait, write back.
-- Watch: under the lock sold = min(stock, buyers), and the file agrees.  With --no-lock all read the same stock.
-- Change: tickets.lua [buyers [stock]] [--no-lock], such as `tickets.lua 10 1 --no-lock`.  How few steps it takes:
-- tidelock explore scripts/tickets.lua 2 1 --no-lock
local ipc = require "tidelock"
local json = require "cjson"

local numbers, locked = {}, true
for _, word in ipairs(arg) do
  if word == "--no-lock" then locked = false else numbers[#numbers + 1] = math.tointeger(tonumber(word)) end
end
local BUYERS, STOCK = numbers[1] or 4, numbers[2] or 2
local FILE = os.tmpname()

local function write(stock)
  local new = FILE .. "." .. ipc.getpid() -- renamed when it is whole: nobody reads half a file
  local file = assert(io.open(new, "w"))
  file:write(json.encode{ stock = stock })
  file:close()
  assert(os.rename(new, FILE))
end

local function read()
  local file = assert(io.open(FILE))
  local stock = math.tointeger(json.decode(file:read("a")).stock)
  file:close()
  return stock
end

local function look(name)
  ipc.sleep(math.random(1, 3))
  print(name .. " sees " .. read() .. " in stock")
end

local function buy(name)
  local stock = read()
  if stock <= 0 then print(name .. " comes too late") return 0 end
  ipc.sleep(math.random(1, 3))
  write(stock - 1)
  print(name .. " has bought a ticket")
  return 1
end

local function buyer(name, lock, all_have_looked)
  look(name)
  all_have_looked:wait()
  if lock then return lock:with(buy, name) end
  return buy(name)
end

write(STOCK)
local lock, all_have_looked = locked and ipc.lock("box office"), ipc.barrier(BUYERS)
local buyers, sold = {}, 0
for n = 1, BUYERS do
  local name = "buyer-" .. n
  buyers[n] = ipc.process{ target = buyer, args = { name, lock, all_have_looked }, name = name }:start()
end
for _, process in ipairs(buyers) do sold = sold + assert(process:result()) end
local left = read()
os.remove(FILE)
print(("%d of %d tickets sold to %d buyers, the file says that %d are left"):format(sold, STOCK, BUYERS, left))
ipc.outcome("sold", sold)
if locked then
  assert(sold == math.min(STOCK, BUYERS) and left == STOCK - sold)
elseif ipc.seed() then -- simulated: they need not all be as slow
  ipc.always(sold <= STOCK, "%d tickets sold, and there was %d", sold, STOCK)
elseif BUYERS > STOCK then
  assert(sold > STOCK, "all who saw the same ticket have bought it")
end
