local GUESTS = 4

return {
  title = "Guests",
  learn = "a semaphore counts seats; and a seat is given back whatever happens to who sat on it",
  story = [[
A restaurant of two seats, and four guests before the door. At most two are inside at a time, and two are if two are
hungry. Not every evening is a quiet one: guest-2 chokes on a fishbone, which is an error that `dine` raises, and once in
a while somebody is carried out feet first in the middle of the soup.

What they must not do is take the seat along. In the morning the restaurant has two seats, as always.]],
  hints = {
    "What happens to the line behind dine() when dine() raises an error?",
    "A semaphore of 2, and a call of it which gives the seat back however the function ends. Is it `bounded`?",
    "seats:with(dine). With `bounded = true` the seat of a guest who is killed comes back, too.",
  },
  points = { safe = 4, ends = 2, free = 2, survives = 2 },
  tasks = 4,
  kills = 1,
  world = function(lab, student)
    local inside, ended, dined = lab.stage("inside"), lab.count("ended"), lab.count("dined")
    lab.together(inside, 2, "safe", "3 guests on 2 seats: %s")
    local function dine()
      inside:enter()
      inside:leave()
      dined:add(1)
    end
    local function choke()
      dine()
      error("a fishbone", 0)
    end
    local function both() student.guest(function() student.guest(dine) end) end
    for n = 1, GUESTS do
      lab.task("guest-" .. n, function()
        if n ~= 2 then
          student.guest(dine)
        else
          local well = pcall(student.guest, choke)
          lab.always("safe", not well, "guest-2 choked, and nobody heard of it")
          lab.stuck("guest-2 choked, and his seat is gone: %s")
          both()
        end
        ended:add(1)
      end)
    end
    lab.after(function()
      local dead = ended:get() < GUESTS
      lab.always("safe", dead or dined:get() == GUESTS + 1, "a guest got no dinner")
      lab.stuck(dead and "a guest died, and his seat is gone: %s" or "a seat is gone: %s")
      both()
      lab.sometimes("free", inside.most == 2, "there are never two guests inside")
    end)
  end,
}
