local ipc = require "tidelock"

return {
  title = "The patient chronicler",
  learn = "who shares may starve those who do not: a door in front of the room is fair to both",
  story = [[
The reading room again. The readers like it so much that they come back at once, and as long as one
of them is inside the others walk in, too. The chronicler stands at the door with his pen and grows
old. Who comes later than he shall read later than he: at most one reader who came after him may go
in before him.]],
  hints = {
    "What does a reader look at before it goes in? What does it not see?",
    "door is a lock in front of all: the chronicler keeps it as he waits for the room, readers walk through it.",
    "The writer: acquire door, then room; write; release both. A reader: acquire and release door, then go on.",
    free = "Readers do each other no harm. What does a reader hold while it reads, and may two of them hold that?",
    fair = "Who comes while the chronicler waits must meet something that he holds. What does he hold while he waits?",
  },
  points = { safe = 3, ends = 2, free = 2, fair = 3 },
  tasks = 3, switches = 1, runs = 1500, fair = true,
  world = function(lab, student)
    local hall, readers = lab.stage("hall"), lab.count("readers")
    local upper, lower = ipc.value(1, "upper line"), ipc.value(1, "lower line")
    lab.bypass(hall, 1, "fair", "%s was passed by 2 readers who came later")
    local function read()
      hall:enter()
      local together = readers:add(1)
      lab.sometimes("free", together == 2, "no two readers ever read at the same time")
      lab.always("safe", upper:get() == lower:get(), "%s read half a page", lab.me())
      readers:add(-1)
      hall:leave()
    end
    local function write()
      hall:enter()
      lab.always("safe", readers:get() == 0, "%s writes while somebody reads", lab.me())
      upper:add(1)
      lower:add(1)
      hall:leave()
    end
    lab.task("chronicler", function()
      hall:arrive()
      student.writer(write)
    end)
    for n = 1, 2 do
      lab.task("reader-" .. n, function()
        for _ = 1, 2 do
          hall:arrive()
          student.reader(read)
        end
      end)
    end
    lab.stuck("%s waits for ever at the door of the reading room")
    lab.after(function()
      lab.always("fair", not lab.polls(), "%s asks again and again, and whoever comes then may pass", lab.polls())
      lab.always("ends", hall.entered >= 5, "not all have come to the page")
      lab.always("ends", hall.entered == 5, "the page was looked at %d times, and 5 had come for it", hall.entered)
    end)
  end }
