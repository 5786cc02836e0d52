-- says: "nobody ever eats while another one eats"
local ipc = require "tidelock"

local fork = ipc.lock("fork")

local function chef(counter, dishes)
  for _, dish in ipairs(dishes) do counter:put(dish) end
end

local function eater(counter, eat)
  while true do
    local dish = counter:get()
    fork:with(eat, dish)
    counter:task_done()
  end
end

local function evening(counter, chefs)
  for _, process in ipairs(chefs) do process:join() end
  counter:join()
end

return { chef = chef, eater = eater, evening = evening }
