local RUNNERS = 2

return {
  title = "The start gun",
  learn = "a signal is gone when nobody listens, a state stays; and who is woken looks again",
  story = [[
A time trial: the runners start one by one, and each shot sends one of them off. The starter shoots when he likes, and
some runners are still tying their shoes. A shot that fell before a runner came to the line counts all the same: he may
run at once, if nobody else has run on it. And a runner who hears a shot on which another has gone stays where he is.

`gun` is a condition: it wakes who waits for it, and it forgets. `shots` is a number: it does not.]],
  hints = {
    "What does a runner hear of a shot that fell before he listened? And who may come between a shot and waking up?",
    "`shots` counts the shots that nobody has run on yet. Look at it under the lock: before you wait, and after.",
    "while shots:get() == 0 do gun:wait() end, and then take one: shots:add(-1).",
    free = "One shot is enough for one runner. What does yours wait for that comes with the last shot only?",
  },
  points = { safe = 6, ends = 2, free = 2 },
  tasks = 3,
  runs = 1000,
  world = function(lab, student)
    local shot, line = lab.mark("the shot", "shoots"), lab.mark("the line", "runs off")
    local shots, runs = lab.count("shots"), lab.count("runs")
    lab.before(shot, line, "safe", "%s made a false start: no shot had fallen")
    local done = require("tidelock").barrier{ parties = RUNNERS, name = "the goal" } -- none is saved by another's end
    local waiting = {}
    lab.stuck(function()
      local list = {}
      for name, count in pairs(waiting) do list[#list + 1] = count:get() == 0 and name or nil end
      table.sort(list)
      local wait = #list == 1 and " waits" or " wait"
      return table.concat(list, " and ") .. wait .. " for ever for a shot that has fallen"
    end)
    local function bang()
      shot:pass()
      shots:add(1)
    end
    local function starter()
      for _ = 1, RUNNERS do student.shoot(bang) end
    end
    for n = 1, RUNNERS do waiting["runner-" .. n] = lab.count("runner-" .. n) end
    for n = 1, RUNNERS do
      local name = "runner-" .. n
      lab.task(name, function()
        student.runner(function()
          line:pass()
          lab.always("safe", runs:add(1) <= shots:get(), "%s ran on a shot that somebody else had taken", name)
          lab.sometimes("free", shots:get() < RUNNERS, "nobody ever runs before the last shot has fallen")
        end)
        waiting[name]:add(1)
        done:wait()
      end)
      if n == 1 then lab.task("starter", starter) end
    end
    lab.after(function()
      lab.always("safe", shots:get() == RUNNERS, "%d shots fell, and there were %d to fall", shots:get(), RUNNERS)
      lab.always("safe", runs:get() == RUNNERS, "%d of %d runners never ran", RUNNERS - runs:get(), RUNNERS)
    end)
  end,
}
