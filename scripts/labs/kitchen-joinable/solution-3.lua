-- Who has eaten brings the empty plate back, and the evening ends when there are as many plates as dishes.
local ipc = require "tidelock"

local plates, cooked = ipc.queue{ name = "plates" }, ipc.value(0, "cooked")

local function chef(counter, dishes)
  cooked:add(#dishes)
  for _, dish in ipairs(dishes) do counter:put(dish) end
end

local function eater(counter, eat)
  while true do
    eat(counter:get())
    plates:put("empty")
  end
end

local function evening(_, chefs)
  for _, process in ipairs(chefs) do process:join() end
  for _ = 1, cooked:get() do plates:get() end
end

return { chef = chef, eater = eater, evening = evening }
