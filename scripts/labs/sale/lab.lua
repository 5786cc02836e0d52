local BANDS, CUSTOMERS = 2, 4 -- the last one comes when the others have been served

return {
  title = "The sale",
  learn = "a bounded queue: ask and take in one step, and never wait for what does not come",
  story = [[
There are wristbands for the concert, and a line marked on the ground with as many places as there are wristbands. Who
stands in the line when the window opens gets one, in the order of the line. There is no second delivery: who finds
the line full goes home at once and is angry for an evening. Who stands there and waits for a place to become free is
angry for a week, since nobody ever leaves the line.

Three customers come for two places, all at once, and a late one after them. `line` is a queue that takes two names.]],
  hints = {
    "Between looking at the line and stepping into it another customer may step in. What does yours do then?",
    "A queue's put waits while the queue is full. Is there a call that puts or says no, in one step?",
    "line:try_put(name) returns true, or nil and \"full\": if not ... then go_home() end.",
  },
  points = { safe = 6, ends = 4 },
  tasks = 3,
  runs = 1000,
  world = function(lab, student)
    local ipc = require "tidelock"
    local line = ipc.queue{ maxsize = BANDS, name = "line" }
    local gone = {}
    local outside = ipc.barrier{ parties = CUSTOMERS, name = "outside" } -- who keeps a lock is not saved by his end
    local evening = ipc.event "evening"
    -- Of each customer: whether he has done, who might have claimed a place when he went home, and how many were free.
    local served, others, free = {}, {}, {}
    for n = 1, CUSTOMERS do
      for _, list in ipairs{ served, others, free } do list[n] = lab.count("customer-" .. n) end
    end
    lab.stuck(function()
      local still = {}
      for n = 1, CUSTOMERS do still[#still + 1] = served[n]:get() == 0 and "customer-" .. n or nil end
      return table.concat(still, " and ") .. (#still == 1 and " waits" or " wait") .. " for ever for a place"
    end)
    for n = 1, CUSTOMERS do gone["customer-" .. n] = lab.mark("customer-" .. n .. " goes home", "goes home") end
    for n = 1, CUSTOMERS do
      local name = "customer-" .. n
      lab.task(name, function()
        if n == CUSTOMERS then outside:wait() end
        local came = ipc.now()
        student.customer(name, line, function()
          free[n]:set(BANDS - line:size())
          local undecided = 0
          for m = 1, CUSTOMERS - 1 do
            if m ~= n and n < CUSTOMERS and served[m]:get() == 0 then
              others[n]:add(1 << m)
              undecided = undecided + 1
            end
          end
          lab.always("safe", undecided >= free[n]:get(), "%s was turned away though a place was free", name)
          gone[name]:pass()
        end)
        lab.always("safe", ipc.now() == came, "%s waited for a place, and there never comes one", name)
        served[n]:add(1)
        if n < CUSTOMERS then outside:wait() end
        if n < CUSTOMERS then evening:wait() else evening:set() end
      end)
    end
    lab.after(function()
      local places = {}
      for _ = 1, line:size() do
        local name = line:get()
        lab.always("safe", gone[name], "%s stands in the line, and is no customer", tostring(name))
        lab.always("safe", not places[name], "%s has two places in the line", name)
        places[name] = true
      end
      lab.always("safe", line:try_put("a stranger"), "somebody has closed the line")
      for n = 1, CUSTOMERS do
        for m = 1, CUSTOMERS do
          if others[n]:get() & 1 << m ~= 0 and places["customer-" .. m] then free[n]:add(-1) end
        end
        lab.always("safe", free[n]:get() <= 0, "customer-%d was turned away though a place was free", n)
      end
      for name, mark in pairs(gone) do
        lab.always("safe", places[name] or mark.passed > 0, "%s has no place and did not go home", name)
        lab.always("safe", not places[name] or mark.passed == 0, "%s went home and has a place in the line", name)
        lab.always("safe", mark.passed < 2, "%s went home twice", name)
      end
    end)
  end,
}
