-- says: "for ever: no nil"
local function chef(counter, dishes)
  for _, dish in ipairs(dishes) do counter:put(dish) end
end

local function eater(counter, eat)
  repeat
    local dish = counter:get()
    eat(dish)
  until counter:is_empty()
end

local function evening(_, chefs, eaters)
  for _, process in ipairs(chefs) do process:join() end
  for _, process in ipairs(eaters) do process:join() end
end

return { chef = chef, eater = eater, evening = evening }
