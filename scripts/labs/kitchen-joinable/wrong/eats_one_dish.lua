-- says: "the lights never go out"
-- The eaters of this kitchen would eat for ever. The lights go out when `evening` returns: is every plate empty then?

local function chef(counter, dishes)
  for _, dish in ipairs(dishes) do counter:put(dish) end
end

local function eater(counter, eat)
  local dish = counter:get()
  eat(dish)
  counter:task_done()
end

local function evening(counter, chefs)
  for _, process in ipairs(chefs) do process:join() end
  counter:join()
end

return { chef = chef, eater = eater, evening = evening }
