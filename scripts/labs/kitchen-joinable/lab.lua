local EATERS = 2

return {
  title = "The kitchen that is never closed",
  learn = "task_done and join: empty is not the same as done; daemons end with the script",
  story = [[
The eaters of this kitchen live here. They never go home, so nobody has to tell them that it is over: they are daemons,
and when the lights go out they are gone. The only question is when the lights may go out. Not when the counter is
empty: the last dish may be on a fork then, and who eats in the dark bites his tongue.

A queue counts what was put in and has not yet been called done. `evening` waits for that count to be nothing.]],
  hints = {
    "counter:join() waits until every dish that was put is called done. Who calls it done, and at which moment?",
    "counter:task_done() belongs to the eater: once for each dish that he got.",
    "First eat(dish), then counter:task_done(). The other way round the lights go out between the two.",
  },
  points = { safe = 6, ends = 4 },
  tasks = 3,
  runs = 1000,
  world = function(lab, student)
    local ipc = require "tidelock"
    local counter, bite = ipc.queue{ name = "counter" }, lab.mark("a bite", "takes a bite")
    local lights = lab.mark("the light switch", "puts out the lights")
    local begun, eaten, dishes = {}, {}, {}
    for n = 1, 1 + lab.choose(2) do dishes[n] = "dish " .. n end
    for _, dish in ipairs(dishes) do begun[dish], eaten[dish] = lab.count(dish), lab.count(dish) end
    lab.ordered(bite, lights)
    local function eat(dish)
      lab.always("safe", eaten[dish], "%s ate %s, and that is no dish", ipc.current().name, tostring(dish))
      begun[dish]:add(1)
      bite:pass()
      eaten[dish]:add(1)
    end
    for n = 1, EATERS do
      ipc.process{ name = "eater-" .. n, target = student.eater, args = { counter, eat }, daemon = true }:start()
    end
    lab.stuck("the lights never go out: a dish was not called done")
    student.evening(counter, { lab.task("chef", student.chef, counter, { table.unpack(dishes) }) })
    lights:pass()
    for dish, times in pairs(eaten) do
      local when = begun[dish]:get() > 0 and "while %s was on the fork" or "before %s was eaten"
      lab.always("safe", times:get() > 0, "the lights went out " .. when, dish)
      lab.always("safe", times:get() < 2, "%s was eaten twice", dish)
    end
  end,
}
