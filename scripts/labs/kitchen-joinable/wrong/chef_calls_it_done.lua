-- says: "the lights went out before"
-- says: "chef calls task_done in line 8, and has taken nothing from counter"
-- The eaters of this kitchen would eat for ever. The lights go out when `evening` returns: is every plate empty then?

local function chef(counter, dishes)
  for _, dish in ipairs(dishes) do
    counter:put(dish)
    counter:task_done()
  end
end

local function eater(counter, eat)
  while true do eat(counter:get()) end
end

local function evening(counter, chefs)
  for _, process in ipairs(chefs) do process:join() end
  counter:join()
end

return { chef = chef, eater = eater, evening = evening }
