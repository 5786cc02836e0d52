local EATERS = 2
local MENUS = { { { "dish 1" }, { "dish 2" } }, { { "dish 1" }, {} } } -- one chef has nothing to do, some days

return {
  title = "The kitchen",
  learn = "sentinels: how those who take learn that nothing more comes",
  story = [[
Two chefs cook, and put what is done on the counter. Two eaters take from the counter and eat. When the last plate is
empty the eaters go home; but an eater who stands before an empty counter cannot see whether a dish is still in the oven
or whether that was all. He would stand there till the morning.

A plate with nothing on it, a nil, says "that was all": an eater who takes one goes home. How many of them go on the
counter, and when?]],
  hints = {
    "An empty counter says nothing. Who knows that no more dishes come, and from what moment on?",
    "`chefs` can be joined. One nil is taken by one eater, and then it is gone.",
    "Join all chefs first. Then put as many nils as there are eaters: for _ = 1, #eaters do ... end.",
  },
  points = { safe = 6, ends = 4 },
  tasks = 4,
  runs = 1000,
  world = function(lab, student)
    local ipc = require "tidelock"
    local queue, nils, left = ipc.queue{ name = "counter" }, lab.count("nils"), lab.count("eaters that have left")
    local eaten, total, chefs, eaters = {}, 0, {}, {}
    local counter = setmetatable({}, { __index = function(_, call)
      return function(_, ...) return queue[call](queue, ...) end
    end })
    local function waiting()
      local count = nils:get() > 0 and nils:get() or "no"
      lab.stuck("%s waits for ever: " .. count .. " nil for " .. EATERS .. " eaters")
    end
    function counter.put(_, dish, ...)
      local put, why = queue:put(dish, ...)
      lab.always("safe", put, "no more could be put on the counter: it is %s", why)
      if dish == nil then
        nils:add(1)
        waiting()
      end
      return put, why
    end
    waiting()
    for n, dishes in ipairs(MENUS[lab.choose(#MENUS)]) do
      for _, dish in ipairs(dishes) do eaten[dish], total = lab.count(dish), total + 1 end
      chefs[n] = lab.task("chef-" .. n, function()
        student.chef(counter, { table.unpack(dishes) })
        if #dishes == 0 then return end
        lab.always("safe", nils:get() > 0 or left:get() < EATERS, "both eaters left, then %s came", dishes[#dishes])
      end)
    end
    for n = 1, EATERS do
      eaters[n] = lab.task("eater-" .. n, function()
        student.eater(counter, function(dish)
          lab.always("safe", eaten[dish], "eater-%d ate %s, and that is no dish", n, tostring(dish))
          eaten[dish]:add(1)
        end)
        left:add(1)
      end)
    end
    student.evening(counter, chefs, eaters)
    lab.after(function()
      lab.always("safe", left:get() == EATERS, "an eater was sent home in the midst of his dinner")
      local dishes = 0
      for _, times in pairs(eaten) do
        lab.always("safe", times:get() < 2, "a dish was eaten twice")
        dishes = dishes + 1 - times:get()
      end
      local what = nils:get() > 0 and "behind a nil" or "on the counter"
      lab.always("safe", dishes == 0, "%d of %d dishes left %s", dishes, total, what)
      lab.always("safe", queue:is_empty(), "%d nil too many lies on the counter", queue:size())
    end)
  end,
}
