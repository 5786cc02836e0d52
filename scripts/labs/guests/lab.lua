local GUESTS = 2

return {
  title = "Guests",
  learn = "a semaphore counts seats; and a seat is given back whatever happens to who sat on it",
  story = [[
A restaurant of two seats; two guests before the door, and the host himself is hungry. At most two dine at a time, and
two do if two are there. Not every evening is a quiet one: the host chokes on a fishbone, which is an error that `dine`
raises, and once in a while a guest is carried out feet first in the middle of the soup.

What neither of them may do is take the seat along. In the morning the restaurant has two seats, as always.]],
  hints = {
    "What happens to the line behind dine() when dine() raises an error?",
    "A semaphore of 2, and a call of it which gives the seat back however the function ends. Is it `bounded`?",
    "seats:with(dine). And with `bounded = true` the seat of who is killed comes back by itself.",
    free = "There are two seats: what a guest holds while he dines must be one of two. A lock is a seat for one.",
    survives = "Who is killed runs no line of yours any more. Which seats come back? See :help semaphore.",
  },
  points = { safe = 4, ends = 2, free = 2, survives = 2 },
  tasks = 2,
  runs = 1000,
  kills = 1,
  world = function(lab, student)
    local inside, dined, choked = lab.stage("inside"), lab.count("dined"), lab.count("choked")
    lab.together(inside, 2, "safe", "3 guests on 2 seats: %s")
    lab.stuck("%s waits for ever for a seat")
    local soup, hungry = require("tidelock").event("the soup"), lab.count("hungry")
    local lonely = lab.count("dined alone, though somebody waited")
    local function dine()
      inside:enter()
      hungry:add(-1)
      soup:wait(2) -- which takes its time
      if inside.inside == 1 and hungry:get() > 0 and lab.others_wait() then lonely:add(1) end
      inside:leave()
      dined:add(1)
    end
    local function choke()
      dine()
      choked:add(1)
      error("a fishbone", 0)
    end
    local guests = {}
    for n = 1, GUESTS do
      guests[n] = lab.task("guest-" .. n, function()
        hungry:add(1)
        student.guest(dine)
      end)
    end
    hungry:add(1)
    local well = pcall(student.guest, choke)
    lab.always("safe", not well or choked:get() == 0, "the host choked, and nobody heard of it")
    lab.after(function()
      local dead = false
      for _, process in ipairs(guests) do dead = dead or process.exitcode ~= 0 end
      lab.always("safe", dead or dined:get() == GUESTS + 1, "somebody got no dinner")
      local one = "two are hungry, and only one gets a seat"
      lab.stuck(dead and "a guest died, and his seat is gone" or inside.most < 2 and one
        or "the host choked, and his seat is gone")
      -- where a seat is a lock nobody can have two: then another one comes for the second
      local function dine_late()
        inside:enter()
        local is_full = dead or lab.waits("one more", student.guest, function() end)
        inside:leave()
        lab.always("safe", is_full, "in the morning there are more than two seats")
      end
      local fine = pcall(student.guest, function() student.guest(dine_late) end)
        or pcall(student.guest, function() lab.task("a late guest", student.guest, dine_late):join() end)
      lab.always("free", fine, one)
      lab.always("free", dead or lonely:get() == 0, "one dined alone while another one waited, and a seat was free")
      lab.sometimes("free", inside.most == 2, "there are never two inside")
    end)
  end,
}
