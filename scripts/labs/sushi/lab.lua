local ipc = require "tidelock"

return {
  title = "Two seats for sushi",
  learn = "who wakes another one does the book-keeping for him: else a newcomer is quicker",
  story = [[
A sushi bar with two seats. If a seat is free you may sit down. But when both are taken, the two
belong together, and whoever comes then has to wait until both have left. The last one to leave
tells those who wait. Of the four guests of this evening two are so fond of the place that they come
twice.]],
  hints = {
    "A woken guest does not sit yet. Who may come in between being called and sitting down, and what does he see?",
    "eating and waiting are counted under the lock `book`; party: both seats taken; called: a bell, heard: its answer.",
    "The last one moves up to two from waiting to eating, sets party, rings; the book is free once they heard.",
    free = "Only a party of two makes others wait. For what else do yours wait, or who tells them that a seat is free?",
  },
  points = { safe = 6, ends = 3, free = 1 },
  tasks = 4, runs = 600,
  world = function(lab, student)
    local LONG = 30 -- steps of the others
    local bar, party, meals = lab.stage("the bar"), lab.count("party"), 0 -- meals: of this guest
    lab.together(bar, 2, "safe", "3 guests on 2 seats: %s")
    local inside, outside, gone = lab.count("inside"), lab.count("outside"), lab.count("gone")
    local busy, before = lab.count("at the bar, or about to go"), nil -- how many were gone as it came, if all were
    local patient = lab.count("all stay until somebody sits down beside, or nobody else can")
    local manner, one_by_one = lab.choose(3), lab.choose(3) == 2
    local hasty = manner == 1
    local sociable = manner == 3 -- the first one leaves at once; then those who sit together stay till others come
    patient:set(manner == 2 and 1 or 0)
    local late = { ipc.event "three are home", ipc.event "four are home", ipc.event "the next one sits" }
    local home = lab.count("home")

    local function linger()
      for _ = 1, LONG * patient:get() do
        local together = inside:get() == 2 or party:get() == 1
        if together and not sociable or lab.others_wait() then return end
        ipc.yield()
      end
      patient:set(0)
    end
    local function sit_down()
      outside:add(-1)
      busy:add(1)
      bar:enter()
      lab.always("safe", party:get() == 0, "%s sat down beside somebody whose party had not left", lab.me())
      if inside:add(1) == 2 then party:set(1) end
      if one_by_one and home:get() == 4 then
        patient:set(1)
        late[3]:set()
      end
    end
    local function stand_up()
      bar:leave()
      local alone = party:get() == 0 and (not sociable and patient:get() == 1 or gone:get() == before)
      lab.always("free", not alone or outside:get() == 0 or not lab.others_wait(),
        "%s eats alone, and somebody waits, though a seat is free", lab.me())
      if gone:add(1) == 1 and sociable then patient:set(1) end
      if inside:add(-1) == 0 then party:set(0) end
    end
    local function eat()
      sit_down()
      meals = meals + 1
      linger()
      stand_up()
    end
    for n, visits in ipairs{ 2, 2, 1, 1 } do
      lab.task("guest-" .. n, function()
        for visit = 1, visits do
          if one_by_one and (n == 4 or visit == 2) then late[n == 4 and 1 or n + 1]:wait() end -- till then, elsewhere
          before = busy:get() == 0 and gone:get() or nil
          outside:add(1)
          local eaten = meals
          student.guest(eat)
          lab.always("ends", meals == eaten + 1, "%s came once, and ate %d times", lab.me(), meals - eaten)
          busy:add(-1)
          local now = one_by_one and late[home:add(1) - 2]
          if now and now ~= late[3] then now:set() end
        end
      end)
    end
    lab.stuck("%s waits for a seat for ever")
    lab.after(function()
      lab.always("ends", not hasty or not lab.polls(),
        "%s asks for a seat again and again, instead of waiting to be called", lab.polls())
      lab.always("ends", bar.left == 6, "%d of 6 meals were eaten", bar.left)
      lab.sometimes("free", bar.most == 2, "no two ever eat together")
    end)
  end }
