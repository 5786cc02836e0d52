return {
  title = "Rendezvous",
  learn = "two signals, one in each direction; and who waits first must have spoken first",
  story = [[
Ann and Bob cook for the same guests, each in a kitchen of their own: a starter first, then a main course. It does not
matter whose starter is served first. But when the first main course comes both starters must have been there, since a
guest who has a roast before him and gets a soup besides does not come again.

Each has a bell which the other hears. They cook at the same time: nobody is to stand idle while the other one cooks a
starter.]],
  hints = {
    "Which two things must have happened before Ann may serve her main? And Bob his?",
    "ready[me] is one's own bell, ready[other] the other's: release rings it, acquire waits until it has been rung.",
    "First ring your own, then wait for the other's. If both wait first, nobody rings.",
    free = "Only the main has to wait for the other one. What stands before serve_starter() that makes a cook wait?",
  },
  points = { safe = 6, ends = 2, free = 2 },
  tasks = 2,
  runs = 1000,
  world = function(lab, student)
    local names, cooking = { "ann", "bob" }, lab.stage("cooking", "begins to cook the starter", "has cooked it")
    local starter, main = {}, {}
    lab.stuck("%s waits for ever for the other one")
    for _, name in ipairs(names) do
      starter[name] = lab.mark(name .. "'s starter", "serves the starter")
      main[name] = lab.mark(name .. "'s main", "serves the main")
    end
    for n, me in ipairs(names) do
      local other = names[3 - n]
      lab.before(starter[other], main[me], "safe", me .. "'s main came before " .. other .. "'s starter")
      lab.before(starter[me], main[me], "safe", me .. "'s main came before " .. me .. "'s own starter")
    end
    for n, me in ipairs(names) do
      lab.task(me, student.cook, me, names[3 - n], function()
        cooking:enter()
        cooking:leave()
        starter[me]:pass()
      end, function() main[me]:pass() end)
    end
    lab.after(function()
      for _, name in ipairs(names) do
        lab.always("safe", starter[name].passed == 1, "%s's starter was served %d times", name, starter[name].passed)
        lab.always("safe", main[name].passed == 1, "%s's main was served %d times", name, main[name].passed)
      end
      lab.sometimes("free", cooking.most == 2, "the two never cook at the same time")
    end)
  end,
}
