return {
  title = "Two seats for sushi",
  learn = "who wakes another one does the book-keeping for him: else a newcomer is quicker",
  story = [[
A sushi bar with two seats. If a seat is free you may sit down. But when both are taken, the two
belong together, and whoever comes then has to wait until both have left. The last one to leave
tells those who wait. Three guests are so fond of the place that all of them come twice.]],
  hints = {
    "A woken guest does not sit yet. Who may come in between being called and sitting down, and what does he see?",
    "eating and waiting are counted under the lock `book`; party says that both seats were taken; called is a bell.",
    "The last one moves up to two guests from waiting to eating, sets party, and rings for them: they just sit down.",
  },
  points = { safe = 6, ends = 3, free = 1 },
  tasks = 3, runs = 600,
  world = function(lab, student)
    local bar, party, sushi = lab.stage("the bar"), lab.count("party"), lab.count("sushi")
    lab.together(bar, 2, "safe", "3 guests on 2 seats: %s")
    local inside = lab.count("inside")
    local function eat()
      bar:enter()
      lab.always("safe", party:get() == 0, "%s sat down beside somebody whose party had not left", lab.me())
      if inside:add(1) == 2 then
        party:set(1)
        lab.sometimes("free", true, "no two ever eat together")
      end
      bar:leave()
      sushi:add(1)
      if inside:add(-1) == 0 then party:set(0) end
    end
    for n, visits in ipairs{ 2, 2, 2 } do
      lab.task("guest-" .. n, function()
        for _ = 1, visits do student.guest(eat) end
      end)
    end
    lab.stuck("%s waits for a seat for ever")
    lab.after(function()
      lab.always("ends", sushi:get() == 6, "%d of 6 meals were eaten", sushi:get())
      lab.sometimes("free", bar.most == 2, "no two ever eat together")
    end)
  end }
