-- One nil for all: who finds it puts it back for the next one, and takes it off only when all have gone.
local function chef(counter, dishes)
  for _, dish in ipairs(dishes) do counter:put(dish) end
end

local function eater(counter, eat)
  local dish = counter:get()
  while dish ~= nil do
    eat(dish)
    dish = counter:get()
  end
  counter:put(nil)
end

local function evening(counter, chefs, eaters)
  for _, process in ipairs(chefs) do process:join() end
  counter:put(nil)
  for _, process in ipairs(eaters) do process:join() end
  counter:get()
end

return { chef = chef, eater = eater, evening = evening }
