local ipc = require "tidelock"

return {
  title = "The window sill",
  learn = "two reasons to wait are two conditions, and who wakes looks again",
  story = [[
The bakery sells through its window, and on the sill there is room for one loaf. The baker bakes,
puts the loaf on the sill and bakes on. Two guests come for a loaf each. If there is none they doze
beside the window; if the sill is full the baker dozes behind it. A loaf must never be squeezed onto
another one, and nobody may reach for a loaf that is not there.]],
  hints = {
    "Between being woken and going on, somebody else may have been at the sill. What is true then?",
    "sill is a lock, room and bread are two conditions of it: one for the baker, one for the guests.",
    "acquire; while it is not my turn do my condition:wait() end; act; notify the condition of the others; release.",
    free = "The baker bakes the next loaf behind put. What keeps him there while the loaf lies on the sill?",
  },
  points = { safe = 5, ends = 3, free = 2 },
  tasks = 3, switches = 1, runs = 1000,
  world = function(lab, student)
    local sill, oven, lies = ipc.value(0, "the sill"), lab.mark("the oven", "bakes a loaf"), lab.count("lies there")
    local window = {}
    lab.stuck("%s waits for ever, and the sill is empty")
    function window.is_full() return sill:get() > 0 end
    function window.put(_, loaf)
      lab.always("safe", sill:add(1) == 1, "%s squeezed loaf %d onto a full sill", lab.me(), loaf)
      lies:set(loaf)
      lab.stuck("%s waits for ever, and the sill is full")
    end
    function window.take()
      lab.always("safe", sill:add(-1) == 0, "%s reached for a loaf, and the sill was empty", lab.me())
      local loaf = lies:get()
      lies:set(0)
      lab.stuck("%s waits for ever, and the sill is empty")
      return loaf
    end

    lab.task("baker", function()
      for loaf = 1, 2 do
        oven:pass()
        lab.sometimes("free", lies:get() > 0, "the baker never bakes while a loaf lies on the sill")
        student.put(window, loaf)
      end
    end)
    local eaten = lab.notes("eaten")
    local street = ipc.barrier{ parties = 2, name = "the street" } -- who keeps the lock is not saved by his end
    for n = 1, 2 do
      lab.task("guest-" .. n, function()
        local loaf = student.take(window)
        lab.always("safe", loaf == 1 or loaf == 2, "guest-%d went home with %s instead of a loaf", n, tostring(loaf))
        eaten:add(loaf)
        street:wait()
      end)
    end
    lab.after(function()
      local list = eaten:list()
      lab.always("safe", list[1] ~= list[2] and sill:get() == 0, "both guests ate the same loaf")
    end)
  end }
