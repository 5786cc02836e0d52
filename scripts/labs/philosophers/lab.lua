local ipc = require "tidelock"

return {
  title = "Four at a round table",
  learn = "a circle of waiting is broken by one who does not fit into it",
  story = [[
Four thinkers sit at a round table with a bowl in the middle, and between each two lies one fork.
Who wants to eat needs the fork at the left and the one at the right. If all reach for the left one
at the same moment, all will think for ever. See to it that all get to eat, and that two who sit
opposite each other can do so at the same time.]],
  hints = {
    "Draw who holds which fork, and who waits for whom. What shape do the arrows make?",
    "first and second are the forks in the order in which they are taken. It need not be the same for everyone.",
    "If one of them takes the right fork first, or all take the fork with the lower number first, there is no circle.",
    free = "Two who sit opposite need no fork in common. What else do both hold while they eat?",
  },
  points = { safe = 3, ends = 5, free = 2 },
  tasks = 4, runs = 800,
  world = function(lab, student)
    local SEATS = 4
    local locks, forks, meal = {}, {}, lab.stage("meal")
    for n = 1, SEATS do
      local lock, tries, fork = ipc.lock("fork-" .. n), 0, {}
      function fork.acquire(_, timeout)
        local got, why = lock:acquire(table.unpack{ timeout })
        tries = tries + (got and 0 or 1)
        lab.always("ends", tries <= 2, "%s has reached for fork-%d 3 times in vain, and may for ever", lab.me(), n)
        return got, why
      end
      function fork.release() return lock:release() end
      locks[n], forks[n] = lock, fork
    end
    for n = 1, SEATS do
      local me = "thinker-" .. n
      local function eat()
        for _, fork in ipairs{ n, n % SEATS + 1 } do
          lab.always("safe", locks[fork].holder == me, "%s eats without fork-%d in its hand", me, fork)
        end
        meal:enter()
        meal:leave()
      end
      lab.task(me, function()
        student.dine(n, forks, eat)
        for _, fork in ipairs{ n, n % SEATS + 1 } do
          lab.always("ends", locks[fork].holder ~= me, "%s goes home with fork-%d in its hand", me, fork)
        end
      end)
    end
    lab.stuck("%s waits for ever with an empty stomach")
    lab.after(function()
      lab.always("ends", meal.entered == SEATS, "there were %d meals for %d thinkers", meal.entered, SEATS)
      lab.sometimes("free", meal.most == 2, "no two ever eat together")
    end)
  end }
