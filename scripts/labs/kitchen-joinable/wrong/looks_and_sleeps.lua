-- says: "the lights went out"
local ipc = require "tidelock"
local function chef(counter, dishes) for _, dish in ipairs(dishes) do counter:put(dish) end end
local function eater(c, eat) while true do eat(c:get()) c:task_done() end end
local function evening(counter, chefs) for _, p in ipairs(chefs) do p:join() end counter:join() end
return { chef = chef, eater = function(c, eat)
  while true do eat(c:get()) end end, evening = function(c, chefs) chefs[1]:join()
  while c:size() > 0 do ipc.yield() end ipc.sleep(5) end }
