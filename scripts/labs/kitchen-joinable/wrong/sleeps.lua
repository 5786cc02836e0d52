-- says: "the lights went out"
local ipc = require "tidelock"

local function chef(counter, dishes)
  for _, dish in ipairs(dishes) do counter:put(dish) end
end

local function eater(counter, eat)
  while true do eat(counter:get()) end
end

local function evening(_, chefs)
  for _, process in ipairs(chefs) do process:join() end
  ipc.sleep(60)
end

return { chef = chef, eater = eater, evening = evening }
