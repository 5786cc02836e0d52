-- says: "waits for ever"
local function chef(counter, dishes)
  for _, dish in ipairs(dishes) do counter:put(dish) end
end

local function eater(counter, eat)
  while true do
    local dish = counter:get()
    if dish == nil then return end
    eat(dish)
    counter:task_done()
  end
end

local function evening(counter, chefs)
  for _, process in ipairs(chefs) do process:join() end
  counter:put(nil)
  counter:join()
end

return { chef = chef, eater = eater, evening = evening }
