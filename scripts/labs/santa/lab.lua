return {
  title = "Do not wake Santa",
  learn = "two kinds of groups, one sleeper, and a rule about who comes first",
  story = [[
Santa sleeps at the North Pole. He is woken by the reindeer when all three are back from the south,
or by the two elves when both have a question, and for nothing less. He hitches the reindeer to the
sleigh or answers the elves; if both groups stand before his bed, the reindeer go first, for the
sleigh is late. The elves are curious and come twice. Next year all of it begins anew: whoever comes
first then must wait as well, and Santa sleeps until he is woken.]],
  hints = {
    "Santa is woken by one bell. What must he look at before he does anything, and in which order?",
    "herd and asking count who has come; bed is the bell; harness and study are the gates at which the groups wait.",
    "If herd is 3: set it to 0, hitch, open harness three times. Else answer, open study twice.",
  },
  points = { safe = 6, ends = 4 },
  tasks = 6, runs = 500,
  world = function(lab, student)
    local DEER, ELVES, TIMES = 3, 2, 2
    local back, rung, hitched = lab.count("reindeer that are back"), lab.count("before the bed"), lab.count("hitched")
    local came, asked, answers = lab.count("elves that came"), lab.count("elves that asked"), lab.count("answers")
    local pole, awake, house = lab.mark("the pole"), nil, {}
    local looks_at_next_year = lab.choose(2) == 2

    function house.lie_awake() -- what Santa sees as he opens his eyes
      pole:pass "opens his eyes"
      awake = rung:get()
    end
    function house.reindeer_are_back() rung:set(1) end
    local function opens_his_eyes(what)
      lab.always("safe", awake, "Santa %s with his eyes closed: house:lie_awake() comes first", what)
    end
    function house.hitch()
      pole:pass "hitches the reindeer"
      opens_his_eyes "hitched the reindeer"
      lab.always("safe", back:get() == DEER, "Santa hitched the sleigh to %d of %d reindeer", back:get(), DEER)
      lab.always("safe", rung:get() == 1, "Santa hitched the sleigh, and nobody had told that the reindeer are back")
      lab.always("safe", hitched:add(1) == 1, "Santa hitched the same three reindeer twice")
    end
    function house.answer()
      pole:pass "answers the elves"
      opens_his_eyes "answered the elves"
      lab.always("safe", awake == 0 or hitched:get() > 0, "Santa answered the elves, and the reindeer stood at his bed")
      local here = came:get() - asked:get()
      lab.always("safe", here >= ELVES, "Santa was woken for %d of %d elves", here, ELVES)
      answers:add(1)
    end
    local function pull()
      pole:pass "pulls the sleigh"
      lab.always("safe", hitched:get() == 1, "%s flew off, and the sleigh stood there", lab.me())
    end
    local function ask()
      pole:pass "asks"
      lab.always("safe", asked:add(1) <= ELVES * answers:get(), "%s asked, and Santa was asleep", lab.me())
    end
    local function once(come, act, what) -- comes, and does it once
      local times = 0
      come(house, function()
        times = times + 1
        lab.always("safe", times == 1, "%s %s twice", lab.me(), what)
        act()
      end)
      lab.always("ends", times == 1, "%s went home, and never %s", lab.me(), what)
    end
    lab.task("santa", function()
      for _ = 1, 1 + TIMES do
        student.santa(house)
        awake = nil
      end
    end)
    for n = 1, DEER do
      lab.task("reindeer-" .. n, function()
        back:add(1)
        once(student.reindeer, pull, "pulled")
      end)
    end
    for n = 1, ELVES do
      lab.task("elf-" .. n, function()
        for _ = 1, TIMES do
          came:add(1)
          once(student.elf, ask, "asked")
        end
      end)
    end
    lab.stuck("%s waits at the North Pole for ever")
    lab.after(function()
      lab.always("ends", not lab.polls(), "%s looks and looks, instead of sleeping until it is called", lab.polls())
      lab.always("ends", hitched:get() == 1, "the sleigh was hitched %d times", hitched:get())
      lab.always("ends", answers:get() == TIMES, "Santa gave %d answers instead of %d", answers:get(), TIMES)
      lab.always("ends", asked:get() == ELVES * TIMES, "%d of %d questions were asked", asked:get(), ELVES * TIMES)
      if not looks_at_next_year then return end
      lab.always("safe", lab.waits("the first reindeer of next year", student.reindeer, house, function() end),
        "next year the first reindeer that comes flies off alone: a gate was left open for it")
      lab.always("safe", lab.waits("the first elf of next year", student.elf, house, function() end),
        "next year the first elf that comes asks, and Santa is asleep: a gate was left open for it")
      lab.always("safe", lab.waits("Santa, next year", student.santa, house),
        "next year Santa wakes up by himself: the bell was rung once too often")
    end)
  end }
