return {
  title = "All or none",
  learn = "a barrier: the last one opens the gate, and it stays open",
  story = [[
Three climbers have agreed to meet at the hut. They come up by different paths, each at its own
pace, and nobody sets out for the summit before all three are at the hut. Whoever comes last tells
the others: we are all here.]],
  hints = {
    "Each must count itself in. Who knows that all have come?",
    "come counts, gate is shut: a semaphore of 0. One release lets one climber through, and there are three.",
    "The last one opens the gate once; whoever goes through opens it again for the next one: a turnstile.",
  },
  points = { safe = 5, ends = 5 },
  tasks = 3, switches = 1, runs = 1000,
  forbid = { "ipc.barrier", "ipc.latch" },
  world = function(lab, student)
    local CLIMBERS = 3
    local hut, come = lab.stage("hut"), lab.count("come")
    for n = 1, CLIMBERS do
      lab.task("climber-" .. n, function()
        hut:enter()
        come:add(1)
        student.meet(CLIMBERS)
        hut:leave()
        local here = come:get()
        lab.always("safe", here == CLIMBERS, "%s set out when only %d of %d had come", lab.me(), here, CLIMBERS)
      end)
    end
    lab.stuck("all have come, and %s waits at the hut for ever")
    lab.after(function() lab.always("ends", hut.inside == 0, "not all have left the hut") end)
  end }
