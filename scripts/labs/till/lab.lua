local TIMES = 2
local DAYS = { { 0, 1, 10 }, { 100, 1, 10 }, { 100, 1, 20 } } -- what lies in the till, the coins of the clerks

return {
  title = "The till",
  learn = "reading and then writing are two steps: make them one, or keep the others out",
  story = [[
The till of the bakery has no memory but its sum. A clerk who takes a coin looks how much is in it, adds the coin, and
writes the new sum down. That has worked for forty years, with one clerk. Today there are two of them.

clerk-1 takes coins of 1, clerk-2 coins of 10, or of 20, two each. However they come in each other's way, the sum in
the evening must be what it was in the morning and all four coins.]],
  hints = {
    "Between till:get() and till:set() another clerk may have put a coin in. What becomes of it?",
    "Either `key`, a lock that all clerks know, or a call of the till that reads and writes in one step.",
    "key:acquire() before the till is read, key:release() after it is written. Or till:add(coin), and nothing else.",
  },
  points = { safe = 8, ends = 2 },
  tasks = 2,
  runs = 1000,
  world = function(lab, student)
    local ipc = require "tidelock"
    local day = DAYS[lab.choose(#DAYS)]
    local till, due, coins = ipc.value(day[1], "till"), day[1], { day[2], day[3] }
    for n, coin in ipairs(coins) do
      due = due + coin * TIMES
      lab.task("clerk-" .. n, student.clerk, till, coin)
    end
    lab.after(function()
      local sum, whose = till:get(), "coins are"
      for n, coin in ipairs(coins) do
        if due - sum == coin then whose = "a coin of clerk-" .. n .. " is" end
      end
      lab.always("safe", sum == due, "%s lost: %d in the till, and it should be %d", whose, sum, due)
    end)
  end,
}
