-- says: "left behind a nil"
-- Two chefs cook, two eaters eat, and the dishes stand on one counter. When may an eater go home?
local function chef(counter, dishes)
  for _, dish in ipairs(dishes) do counter:put(dish) end
end

local function eater(counter, eat)
  while true do
    local dish = counter:get()
    if dish == nil then return end
    eat(dish)
  end
end

local function evening(counter, chefs, eaters)
  chefs[1]:join()
  for _ = 1, #eaters do counter:put(nil) end
  for _, process in ipairs(eaters) do process:join() end
end

return { chef = chef, eater = eater, evening = evening }
