return {
  title = "Two clerks",
  learn = "interleaving: n = n + 1 is two steps, and somebody else may come between them",
  kind = "break",
  story = [[
400 lie in the till. Ann and Bob come from the counter, each with 100 in hand, each goes to the till once, and neither
does anything wrong: read the sum, add 100, write it down. In the evening there should be 600.

This time you write nothing. You are the scheduler: at each step you say who goes on. Let the two honest clerks lose
100, so that 500 is in the till, and nobody can be blamed for it.]],
  hints = {
    "Each clerk takes two steps at the till, get and set. What does a clerk know between the two?",
    "`till`: let one of them read it, and before that one writes let the other one do something.",
    "Both read 400, and then both write 500: ann, bob, ann, bob.",
  },
  points = { safe = 10 },
  tasks = 2,
  switches = 4,
  world = function(lab, code)
    local till = require("tidelock").value(400, "till")
    for _, name in ipairs{ "ann", "bob" } do lab.task(name, code.clerk, till) end
    lab.after(function()
      local sum = till:get()
      lab.goal(sum == 500, "500 is in the till, 100 are lost, and no clerk has made a mistake",
        "%d is in the till; you need 500", sum)
    end)
  end,
}
