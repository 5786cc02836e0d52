-- says: "the lights went out"
local function chef(counter, dishes)
  for _, dish in ipairs(dishes) do counter:put(dish) end
end

local function eater(counter, eat)
  while true do
    eat(counter:get())
    counter:task_done()
  end
end

local function evening(counter, chefs)
  for _, process in ipairs(chefs) do process:join() end
  counter:join(60)
end

return { chef = chef, eater = eater, evening = evening }
