local ipc = require "tidelock"

return {
  title = "The night shift",
  learn = "who is dead is replaced, and before the work is done again one looks whether it was done",
  story = [[
At dusk the master of the lamps sends out a watchman for each of the two lamps of the town; both are
out at the same time. The fog is thick, and one of them may walk into the canal: before he has lit
his lamp, or behind it. In the morning each lamp must have been lit, and none of them twice, since a
lamp that is lit twice bursts.]],
  hints = {
    "A watchman who does not come home may have lit his lamp. What tells you, his absence or the lamp?",
    "watchman:join() returns when he is home, and when he is dead. lamp:is_lit() says what is true.",
    "Send all out; then for each: join him; while his lamp is not lit send another one and join that one.",
    survives = "Only the lamp knows whether the dead watchman had lit it. When do you look at it, and at both of them?",
    free = "Both are to be out at the same time: what do you wait for before the second one is sent?",
  },
  points = { safe = 3, survives = 5, free = 2 },
  tasks = 2, kills = 1, switches = 1,
  world = function(lab, student)
    local way, lamps, lit = lab.stage("on the way"), {}, lab.count("lit")
    for n = 1, 2 do
      local light = ipc.value(0, "lamp-" .. n)
      lamps[n] = { name = "lamp-" .. n }
      lamps[n].is_lit = function() return light:get() > 0 end
      lamps[n].light = function()
        lab.always("safe", light:add(1) == 1, "lamp-%d was lit twice, and bursts", n)
        lit:add(1)
      end
    end
    local function walk(lamp)
      way:enter()
      lamp:light()
      way:leave()
    end
    lab.stuck("%s waits for a watchman who will not come")
    student.night(lamps, walk)
    local done = lit:get()
    lab.after(function()
      lab.always("safe", way.inside == 0, "the master went to bed while %s was still out", way:who())
      for _, lamp in ipairs(lamps) do
        lab.always("survives", lamp.is_lit(), "%s stayed dark all night: its watchman has died", lamp.name)
      end
      lab.always("safe", done == 2, "the master went to bed, and only %d of 2 lamps were lit", done)
      lab.sometimes("free", way.most == 2, "no two watchmen are ever out together")
    end)
  end }
