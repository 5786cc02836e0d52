local ipc = require "tidelock"

return {
  title = "The dead clerk",
  learn = "a lock whose holder died comes with a warning: what it protects may be half done",
  story = [[
Money goes into the drawer first, then into the book; only who has the key may do either. Three clerks
sell a ticket of 100 each. The job is unhealthy: at any step one of them may fall dead, with the key
in his hand. The next one who takes the key is told so. In the evening the owner opens the till, and
the book must say what the drawer holds.]],
  hints = {
    "acquire has a second result. When does it say \"abandoned\", and what may be wrong then?",
    "The drawer does not lie: what is in it is there. The book can be written anew.",
    "local _, why = key:acquire(); if why == \"abandoned\" then set the book to what the drawer holds end.",
    survives = "Who takes the key after a dead clerk is told so: acquire's second result. Does each who takes it look?",
  },
  points = { safe = 2, ends = 2, survives = 6 },
  tasks = 3, kills = 1, switches = 1, runs = 1500,
  world = function(lab, student)
    local CLERKS = 3
    local money, book, ended = ipc.value(0, "drawer"), ipc.value(0, "book"), lab.count("ended")
    local drawer = {}
    function drawer.add(_, n) return money:add(n) end
    function drawer.get() return money:get() end
    function drawer.set() lab.always("safe", false, "%s wrote into the drawer: money cannot be written", lab.me()) end
    local till = { drawer = drawer, book = book }
    for n = 1, CLERKS do
      lab.task("clerk-" .. n, function()
        student.sell(till, 100)
        local sold = 100 * ended:add(1)
        lab.always("safe", book:get() >= sold, "%s came home, and its sale is not in the book", lab.me())
      end)
    end
    lab.stuck("%s waits for the key for ever")
    lab.after(function()
      lab.always("ends", not lab.polls(), "%s asks for the key again and again, instead of waiting for it", lab.polls())
      local dead = ended:get() < CLERKS
      lab.stuck(dead and "a clerk is dead, and the owner waits for the key for ever"
        or "the owner waits for the key for ever")
      local held
      for _ = 1, 2 do -- who keeps the key does not open the till again
        student.evening(till)
        held = money:get()
        local written = book:get()
        lab.always(dead and "survives" or "safe", held == written, "the book says %d, the drawer holds %d%s",
          written, held, dead and ": a clerk has died" or "")
      end
      lab.always("safe", held >= 100 * ended:get(), "%d clerk%s came home, and the drawer holds %d", ended:get(),
        ended:get() == 1 and "" or "s", held)
    end)
  end }
