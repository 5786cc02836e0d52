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
  --[[ hole: see to it that both eaters go home, and leave no dish behind ]]
  for _, process in ipairs(chefs) do process:join() end
  for _ = 1, #eaters do counter:put(nil) end
  --[[ end ]]
  for _, process in ipairs(eaters) do process:join() end
end

return { chef = chef, eater = eater, evening = evening }
