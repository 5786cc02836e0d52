return {
  title = "Water",
  learn = "who forms a group keeps its place until the whole group is done",
  story = [[
In the glass flask of the travelling chemist atoms become water, three at a time: two of hydrogen
and one of oxygen bond, and only then the next three may. Hydrogen comes six times, oxygen three times,
in any order. Three hydrogens in a row make a bang; a second oxygen before the molecule is whole
makes a stench.]],
  hints = {
    "Who may bond, and until when is its place taken? What happens if it is given away before all three have bonded?",
    "hydrogen is a semaphore with 2 places, oxygen one with 1; three is a barrier for three.",
    "Take a place of your own kind, wait until three are there, bond, and only then give the place back.",
  },
  points = { safe = 6, ends = 4 },
  tasks = 8, runs = 500,
  world = function(lab, student)
    local flask, all, h, o = lab.mark("the flask", "bonds"), lab.count("all"), lab.count("H"), lab.count("O")
    local function check(kind)
      flask:pass()
      local hydrogens, oxygens = h:add(kind == "H" and 1 or 0), o:add(kind == "O" and 1 or 0)
      lab.always("safe", hydrogens <= 2, "a bang: %s is the third hydrogen, and there is no oxygen", lab.me())
      lab.always("safe", oxygens <= 1, "a stench: %s is the second oxygen of a molecule", lab.me())
      if hydrogens + oxygens == 3 then
        h:set(0)
        o:set(0)
      end
      all:add(1)
    end
    local function atom(name, times, fn, kind)
      lab.task(name, function()
        for _ = 1, times do fn(function() check(kind) end) end
      end)
    end
    for n = 1, 6 do atom("hydrogen-" .. n, 1, student.hydrogen, "H") end
    for n = 1, 2 do atom("oxygen-" .. n, n, student.oxygen, "O") end
    lab.stuck("%s waits in the flask for ever")
    lab.after(function() lab.always("ends", all:get() == 9, "%d of 9 atoms have bonded", all:get()) end)
  end }
