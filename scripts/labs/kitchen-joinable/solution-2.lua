-- Plates are counted by hand: the evening waits under a condition until as many are empty as were cooked.
local ipc = require "tidelock"

local plates = ipc.condition{ name = "plates" }
local cooked, eaten = ipc.value(0, "cooked"), ipc.value(0, "eaten")

local function chef(counter, dishes)
  cooked:add(#dishes)
  for _, dish in ipairs(dishes) do counter:put(dish) end
end

local function eater(counter, eat)
  while true do
    eat(counter:get())
    plates:acquire()
    eaten:add(1)
    plates:notify()
    plates:release()
  end
end

local function evening(_, chefs)
  for _, process in ipairs(chefs) do process:join() end
  plates:with(function() plates:wait_for(function() return eaten:get() == cooked:get() end) end)
end

return { chef = chef, eater = eater, evening = evening }
