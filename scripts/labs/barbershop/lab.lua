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
  },
  points = { safe = 5, ends = 3, free = 2 },
  tasks = 3, runs = 600,
  world = function(lab, student)
    local CUSTOMERS, CHAIRS = 3, 1
    local chairs, seat = ipc.value(0, "waiting chair"), ipc.value(0, "barber's chair")
    local sits, full, cut, away = lab.count("sits"), lab.count("times it was full"), lab.count("cut"), lab.count("away")
    local is_cut, shop = {}, {}
    for n = 1, CUSTOMERS do is_cut[n] = lab.count("customer-" .. n) end

    function shop.is_full() return chairs:get() >= CHAIRS end
    function shop.wait()
      local now = chairs:add(1)
      lab.always("safe", now <= CHAIRS, "%s sat down on somebody's knees: there is 1 chair", lab.me())
      full:add(1)
      lab.sometimes("free", sits:get() > 0, "nobody ever waits while another one is cut")
    end
    function shop.cut()
      lab.always("safe", seat:get() > 0, "the barber cut the air: nobody sat in his chair")
      is_cut[sits:get()]:add(1)
    end

    local function customer(n)
      local since = full:get() - chairs:get()
      local mine = setmetatable({
        go_away = function()
          chairs:get()
          lab.always("safe", full:get() > since, "customer-%d went away though the chair was free", n)
          away:add(1)
        end,
        sit = function()
          chairs:add(-1)
          local free = seat:add(1) == 1
          lab.always("safe", free, "customer-%d sat down on customer-%d in the barber's chair", n, sits:get())
          sits:set(n)
        end,
        get_up = function()
          seat:add(-1)
          sits:set(0)
          lab.always("safe", is_cut[n]:get() > 0, "customer-%d left uncut", n)
          cut:add(1)
        end,
      }, { __index = shop })
      lab.stuck("%s waits in the barbershop for ever")
      student.customer(mine)
    end
    ipc.process{ name = "barber", daemon = true, target = function()
      while true do student.barber(shop) end
    end }:start()
    for n = 1, CUSTOMERS do lab.task("customer-" .. n, customer, n) end
    lab.after(function()
      lab.always("safe", cut:get() + away:get() == CUSTOMERS, "%d were cut, %d went away, and %d had come",
        cut:get(), away:get(), CUSTOMERS)
      lab.sometimes("free", cut:get() == CUSTOMERS, "somebody always goes away")
    end)
  end }
