return {
  title = "Letters",
  learn = "start and join: the order of tasks is not given, and only waiting gives one",
  story = [[
Three couriers leave the post office at the same moment, each with a bag of letters. Who is back first nobody knows:
there is snow on one road and a dog on another. The postmaster locks up when somebody says that all are home, and a
courier who is still out then spends the night in front of the door.

`day` sends the couriers out and then says it, far too early. Write what is missing between the two. And let them be
out together: letters that wait for one another are late.]],
  hints = {
    "What does `day` know about a courier when it says that all are home? Which of its variables could tell?",
    "Each `couriers[n]` is a process. A process can be asked whether it runs, and it can be waited for.",
    "A second loop behind the first: `for _, courier in ipairs(couriers) do ... end`, and in it courier:join().",
    free = "Where does yours wait? All couriers must be on the road before the first one is waited for.",
  },
  points = { safe = 6, ends = 2, free = 2 },
  tasks = 3,
  runs = 1000,
  world = function(lab, student)
    local names, home = { "courier-1", "courier-2", "courier-3" }, {}
    local road, said = lab.stage("the road", "sets out", "is home"), lab.mark("all are home", "says that all are home")
    lab.before(road, said, "safe", "it was said while all couriers were out")
    for _, name in ipairs(names) do home[name] = lab.count(name .. " is home") end
    student.day({ table.unpack(names) }, function(name)
      road:enter()
      if lab.me() ~= name then lab.say(tostring(name)) end
      road:leave()
      lab.always("safe", home[name], "%s is no courier", tostring(name))
      lab.always("safe", home[name]:add(1) == 1, "%s was sent out twice", name)
    end, function()
      said:pass()
      for _, name in ipairs(names) do
        lab.always("safe", home[name]:get() > 0, "it was said while " .. name .. " was out")
      end
    end)
    lab.after(function()
      lab.always("safe", said.passed > 0, "nobody said that all are home")
      lab.always("safe", said.passed == 1, "it was said %d times that all are home", said.passed)
      lab.sometimes("free", road.most > 1, "no two couriers are ever out together")
    end)
  end,
}
