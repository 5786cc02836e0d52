local ipc = require "tidelock"

return {
  title = "The reading room",
  learn = "readers share, writers do not: the first one in takes the room, the last one out gives it back",
  story = [[
In the reading room lies the town's chronicle, open at a page of two lines. Readers read both lines;
as many as like may do so at a time. Now and then the chronicler comes and writes the page anew, and
then nobody else may be in the room: half an old page and half a new one make a rumour.]],
  hints = {
    "The room is taken by the chronicler, or by the readers as a group. Who of them takes it, who gives it back?",
    "room is a semaphore of 1, inside counts the readers, counter is the lock under which they count.",
    "Under counter: the reader that makes inside 1 acquires room; the one that makes it 0 again releases it.",
    free = "Readers do each other no harm. What does a reader hold while it reads, and may two of them hold that?",
  },
  points = { safe = 5, ends = 2, free = 3 },
  tasks = 3, switches = 1, runs = 1000,
  forbid = { "ipc.rwlock" },
  world = function(lab, student)
    local reading, writing = lab.stage("reading"), lab.stage("writing")
    local upper, lower = ipc.value(1, "upper line"), ipc.value(1, "lower line")
    local function read()
      reading:enter()
      local first, second = upper:get(), lower:get()
      lab.always("safe", first == second, "%s read half a page: one line is old, the other one is new", lab.me())
      reading:leave()
    end
    local function write()
      writing:enter()
      lab.always("safe", reading.inside == 0, "%s writes while somebody reads", lab.me())
      upper:add(1)
      lower:add(1)
      writing:leave()
    end
    local street = ipc.barrier{ parties = 2, name = "the street" } -- who keeps a lock is not saved by his end
    for n = 1, 2 do
      lab.task("reader-" .. n, function()
        student.reader(read)
        street:wait()
      end)
    end
    lab.task("chronicler", function() student.writer(write) end)
    lab.stuck("%s waits for ever at the door of the reading room")
    lab.after(function()
      lab.always("ends", not lab.polls(), "%s rattles at the door again and again, instead of waiting", lab.polls())
      lab.always("ends", reading.entered == 2 and writing.entered == 1, "not all have come to the page")
      lab.stuck("the next morning all wait for ever at the door of the reading room, and nobody is in")
      student.writer(write)
      student.reader(read)
      lab.sometimes("free", reading.most == 2, "no two readers ever read at the same time")
    end)
  end }
