local ipc = require "tidelock"

return {
  title = "The barber's two chairs",
  learn = "who meets twice needs two rendezvous, and what is counted is counted under a lock",
  story = [[
A barber has the chair he cuts in and one more, for whoever waits. A customer who finds the waiting
chair taken goes away again. The others sit down there, are called, change to the barber's chair,
are cut, pay with a smile and get up; only then does the barber call the next one. With nobody there
he sleeps in his own chair.]],
  hints = {
    "Two things happen while the customer sits there: the barber begins, and he ends. Who waits for whom each time?",
    "book is a lock for looking and sitting down; come, called, seated, done and gone are semaphores of 0: bells.",
    "The customer rings seated and waits for done; the barber waits for seated, cuts, and rings done.",
    free = "While one is cut the waiting chair is free. What of yours keeps the next one from sitting down there?",
  },
  points = { safe = 5, ends = 3, free = 2 },
  tasks = 3, runs = 600,
  world = function(lab, student)
    local CUSTOMERS, CHAIRS = 3, 1
    local chairs, seat = ipc.value(0, "waiting chair"), ipc.value(0, "barber's chair")
    local sits, full, cut, away = lab.count("sits"), lab.count("times it was full"), lab.count("cut"), lab.count("away")
    local home = ipc.barrier{ parties = CUSTOMERS, name = "home" } -- who keeps a lock is not saved by his end
    local here, waits, is_cut, excuse, served = {}, {}, {}, {}, {} -- of each customer
    local shop = {}
    for _, list in ipairs{ here, waits, is_cut, excuse, served } do
      for n = 1, CUSTOMERS do list[n] = lab.count("customer-" .. n) end
    end

    lab.stuck(function()
      local names = {}
      for n = 1, CUSTOMERS do names[#names + 1] = served[n]:get() == 0 and "customer-" .. n or nil end
      return table.concat(names, " and ") .. (#names == 1 and " waits" or " wait") .. " in the barbershop for ever"
    end)

    -- Those who have come, and have not sat down or gone away: one of them may be about to.
    local function undecided(n)
      local mask = 0
      for m = 1, CUSTOMERS do
        if m ~= n and here[m]:get() > waits[m]:get() then mask = mask | 1 << m end
      end
      return mask
    end

    function shop.is_full() return chairs:get() >= CHAIRS end
    function shop.cut()
      local n = sits:get()
      lab.always("safe", lab.me() == "barber", "%s takes the scissors, and is no barber", lab.me())
      lab.always("safe", seat:get() > 0, "the barber cut the air: nobody sat in his chair")
      lab.always("safe", is_cut[n]:add(1) == 1, "customer-%d was cut twice", n)
    end

    local function customer(n)
      local since = full:get() - chairs:get()
      local mine = setmetatable({
        wait = function()
          local now = chairs:add(1)
          lab.always("safe", now <= CHAIRS, "%s sat down on somebody's knees: there is 1 chair", lab.me())
          full:add(1)
          waits[n]:add(1)
          lab.sometimes("free", sits:get() > 0, "nobody ever waits while another one is cut")
        end,
        go_away = function()
          chairs:get()
          excuse[n]:set(full:get() > since and -1 or undecided(n))
          lab.always("safe", excuse[n]:get() ~= 0, "customer-%d went away though the chair was free", n)
          here[n]:set(0)
          away:add(1)
        end,
        sit = function()
          chairs:add(-1)
          lab.always("safe", waits[n]:get() == 1, "customer-%d has not waited, and wants to be cut", n)
          local free = seat:add(1) == 1
          lab.always("safe", free, "customer-%d sat down on customer-%d in the barber's chair", n, sits:get())
          sits:set(n)
        end,
        get_up = function()
          seat:add(-1)
          lab.always("safe", sits:get() == n, "customer-%d got up, and did not sit in the barber's chair", n)
          sits:set(0)
          lab.always("safe", is_cut[n]:get() > 0, "customer-%d left uncut", n)
          cut:add(1)
        end,
      }, { __index = shop })
      here[n]:set(1)
      student.customer(mine)
      served[n]:add(1)
      home:wait()
    end
    local barber = student.barber -- here, so that all have the file in common
    ipc.process{ name = "barber", daemon = true, target = function()
      lab.me()
      while true do barber(shop) end
    end }:start()
    for n = 1, CUSTOMERS do lab.task("customer-" .. n, customer, n) end
    lab.after(function()
      lab.always("safe", cut:get() + away:get() == CUSTOMERS, "%d were cut, %d went away, and %d had come",
        cut:get(), away:get(), CUSTOMERS)
      for n = 1, CUSTOMERS do
        local excused = excuse[n]:get() <= 0
        for m = 1, CUSTOMERS do excused = excused or excuse[n]:get() & 1 << m ~= 0 and waits[m]:get() > 0 end
        lab.always("safe", excused, "customer-%d went away though the chair was free", n)
      end
      lab.sometimes("free", cut:get() == CUSTOMERS, "somebody always goes away")
      lab.sometimes("free", away:get() > 0, "nobody ever finds the waiting chair taken")
      lab.always("safe", not lab.polls(), "%s looks and looks, instead of sleeping until a bell rings", lab.polls())
    end)
  end }
