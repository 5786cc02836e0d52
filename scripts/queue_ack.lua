-- A producer puts a product, and then waits for the receipt.  With one queue of 1 for both it may take its own
-- product back for the receipt.  Watch: how often that happens; with a queue for each direction it cannot.
-- Change: put a pause before the producer's get: then the consumer is mostly first, and the mistake hides.
-- queue_ack.lua ROUNDS claims that it does not happen at all: tidelock explore scripts/queue_ack.lua 1
local ipc = require "tidelock"

local CLAIM, ROUNDS = arg[1], tonumber(arg[1] or 50)

local function producer(products, receipts)
  local mistakes = 0
  for n = 1, ROUNDS do
    products:put("product " .. n)
    local answer, why = receipts:get(0.2)
    if CLAIM then ipc.always(answer ~= "product " .. n, "the producer has taken back its own %s", answer) end
    if why or answer ~= "receipt for product " .. n then mistakes = mistakes + 1 end
  end
  products:put("end")
  return mistakes
end

local function consumer(products, receipts)
  while true do
    local product, why = products:get(1)
    if why or product == "end" then return end
    if product:find("^product") then receipts:put("receipt for " .. product, 0.2) end
  end
end

local function run(products, receipts)
  local first = ipc.process{ target = producer, args = { products, receipts }, name = "producer" }:start()
  local second = ipc.process{ target = consumer, args = { products, receipts }, name = "consumer" }:start()
  second:join()
  return assert(first:result())
end

local both = ipc.queue(1)
local one = run(both, both)
if CLAIM then return end
local two = run(ipc.queue(1), ipc.queue(1))
print(("one queue for both directions: %d of %d rounds went wrong"):format(one, ROUNDS))
print(("a queue for each direction:    %d of %d rounds went wrong"):format(two, ROUNDS))
ipc.sometimes(one > 0, "the producer takes back its own product")
assert((one > 0 or ipc.seed()) and two == 0)
