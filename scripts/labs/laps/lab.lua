return {
  title = "Lap by lap",
  learn = "a barrier that is used again needs two gates",
  story = [[
The runners train together: they run a lap, wait at the line until all have run it, and only then
begin the next one. The barrier of the climbers is used once; here it has to shut again behind the
last one, and before the first one is back.]],
  hints = {
    "A fast runner comes round to the line again before a slow one has left it. Which gate does it find open?",
    "entry and exit are two gates, one behind the other; come counts up at the first and down at the second.",
    "The last one in lets all through entry; the last one between the gates lets all through exit.",
  },
  points = { safe = 6, ends = 4 },
  tasks = 2, switches = 2, runs = 1000,
  forbid = { "ipc.barrier" },
  world = function(lab, student)
    local RUNNERS, LAPS = 2, 2
    local run, track = lab.count("laps"), lab.stage("track")
    for n = 1, RUNNERS do
      lab.task("runner-" .. n, function()
        for lap = 1, LAPS do
          track:with(function() run:add(1) end)
          student.line(RUNNERS)
          lab.always("safe", run:get() >= lap * RUNNERS, "runner-%d is a lap ahead: not all had run lap %d", n, lap)
        end
      end)
    end
    lab.stuck("%s waits at the line for ever")
    lab.after(function() lab.always("ends", run:get() == RUNNERS * LAPS, "%d laps were run", run:get()) end)
  end }
