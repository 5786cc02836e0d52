local ipc = require "tidelock"

return {
  title = "Three old smokers",
  learn = "a signal that says too little needs somebody who adds it up",
  story = [[
On the bench by the harbour sit three old smokers. One has tobacco without end, one has paper, one
has matches, and none of them gives anything away. Now and then the kiosk keeper, who cannot be told
anything, lays two of the three things on the counter and calls out each of them. The one who has
the third thing shall take both and smoke. A boy stands at each thing's place; whichever boy's thing
is called, he comes running: teach him what to do. The smokers doze, and have a bell each: who gets
up before a boy has called him, to see what lies there, frightens the gulls.]],
  hints = {
    "One thing on the counter says nothing yet. Which boy knows who is to smoke: the first or the second?",
    "lies holds the number of the thing that lies there alone, or 0; counter is a lock. The things are 1, 2 and 3.",
    "Under the lock: nothing lies there: lies:set(mine). Else clear it, and call the smoker 6 - mine - other.",
  },
  points = { safe = 4, ends = 6 },
  tasks = 7, runs = 500,
  world = function(lab, student)
    local THINGS, ROUNDS = { "tobacco", "paper", "matches" }, 2
    local things, bells, again = {}, {}, ipc.semaphore{ value = 0, name = "counter is free" }
    local missing, smoked, called = lab.count("missing"), lab.count("smoked"), {}
    local uncalled = lab.count("uncalled")
    for n, name in ipairs(THINGS) do
      things[n] = ipc.semaphore{ value = 0, name = name }
      bells[n] = ipc.semaphore{ value = 0, name = "bell-" .. n }
      called[n] = lab.count("called-" .. n)
    end
    local function on_the_counter()
      local list = {}
      for n, name in ipairs(THINGS) do
        if n ~= missing:get() then list[#list + 1] = name end
      end
      return table.concat(list, " and ")
    end
    lab.task("keeper", function()
      for round = 1, ROUNDS do
        missing:set(lab.choose(3))
        lab.stuck(on_the_counter() .. " lie there, and all sleep")
        for n = 1, 3 do
          if n ~= missing:get() then things[n]:release() end
        end
        again:acquire()
      end
    end)
    for n, name in ipairs(THINGS) do
      local function smoke()
        lab.always("safe", missing:get() == n, "who has %s smokes, but on the counter lie %s", name, on_the_counter())
        if called[n]:add(-1) < 0 then uncalled:add(1) end
        smoked:add(1)
        again:release()
      end
      local args = { n, bells[n], things, smoke }
      ipc.process{ name = "smoker-" .. n, daemon = true, target = student.smoker, args = args }:start()
      local function call(who)
        lab.always("safe", bells[who], "boy-%d calls smoker %s, and there are three: 1, 2 and 3", n, tostring(who))
        called[who]:add(1)
        bells[who]:release()
      end
      ipc.process{ name = "boy-" .. n, daemon = true, target = student.boy, args = { n, things[n], call } }:start()
    end
    lab.after(function()
      lab.always("ends", smoked:get() == ROUNDS, "%d of %d have smoked", smoked:get(), ROUNDS)
      lab.sometimes("safe", uncalled:get() == 0, "the smokers get up before a boy has called them")
    end)
  end }
