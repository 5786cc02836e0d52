return {
  title = "Tickets",
  learn = "a check and what is done upon it belong under one lock; what only looks does not",
  story = [[
One ticket for tonight's concert is left, and two people stand before the box office. Both look at the board: one
left. Both say "that one, please". The box office reads its file, sees that there is one, and writes that there is
none: once for each of them, if they are unlucky. Two people, one seat.

Only one of them may be at the counter at a time, and nobody is sent away while one is left, unless another one has
claimed it; that somebody stands at the counter is no reason. But the board hangs in the street: whoever likes may look
at it, also while others look, and you are not to put a fence round it.]],
  hints = {
    "What does a buyer know at the moment at which it writes? How old is that?",
    "`counter` is one lock for both buyers. What must lie between acquire and release: reading, writing, or both?",
    "All of `sell` under the lock, and `look` before it: counter:with(sell, office) returns what sell returns.",
    free = "The board hangs in the street: who looks needs no lock. Which line of yours looks while it holds one?",
  },
  points = { safe = 6, ends = 2, free = 2 },
  tasks = 2,
  runs = 700,
  world = function(lab, student)
    local ipc = require "tidelock"
    local left, sold, looking = ipc.value(1, "tickets"), lab.count("sold"), lab.stage("the board")
    local first = ({ 1, 1, 1, 2 })[lab.choose(4)] -- who comes: some evening buyer-1 has stayed at home
    local outside = ipc.barrier{ parties = 4 - first, name = "outside" } -- who keeps the lock is not saved by his end
    local evening = ipc.event "evening"
    local seen, bought, office = 0, false, {} -- seen, bought: by this task
    local served = { lab.count("buyer-1"), lab.count("buyer-2"), lab.count("buyer-3") }
    local claimed = { lab.count("buyer-1"), lab.count("buyer-2"), lab.count("buyer-3") } -- 1: that one was sent away
    local KEEPS_OUT = { lock = true, rlock = true, rwlock = true }
    lab.stuck(function()
      local one, two = first == 1 and served[1]:get() == 0, served[2]:get() == 0
      if one and two then return "buyer-1 and buyer-2 wait for ever at the counter" end
      local who = one and "buyer-1" or two and "buyer-2" or "buyer-3, who came late,"
      return who .. " waits for ever at the counter"
    end)
    function office.read()
      local now = left:get()
      if now > 0 then seen = now end
      return now
    end
    function office.write(_, number)
      left:set(number)
      local was, name = 1 - sold:get(), lab.me()
      lab.always("safe", was > 0, "%s saw %d, but by then it was %d: the ticket is sold twice", name, seen, was)
      lab.always("safe", number == was - 1, "%s writes %d, and %d were left", name, number, was)
      sold:add(1)
      bought = true
    end
    local function look() looking:with(office.read) end
    for n = first, 3 do
      local name = "buyer-" .. n
      lab.task(name, function()
        if n == 3 then outside:wait() end -- who comes when the others have been served
        local mine = student.buyer(office, look)
        if not mine and sold:get() == 0 then -- somebody else may have claimed it, who is still there
          local other = n < 3 and first == 1 and served[3 - n]:get() == 0 and not KEEPS_OUT[lab.last()]
          lab.always("safe", other and claimed[3 - n]:get() == 0, "%s was sent away though a ticket was left", name)
          claimed[n]:set(1)
        end
        lab.always("safe", bought or not mine, "%s thinks it has a ticket, and none was sold to it", name)
        lab.always("safe", mine or not bought, "%s has bought a ticket, and is told that it has none", name)
        served[n]:add(1)
        if n < 3 then outside:wait() end
        if n < 3 then evening:wait() else evening:set() end
      end)
    end
    lab.after(function()
      lab.always("safe", sold:get() == 1, "nobody has bought it, though a ticket was left")
      lab.sometimes("free", looking.most == 2, "nobody ever looks while another one looks")
    end)
  end,
}
