--- The labs that come with Tidelock, in teaching order: from waiting for a task to words that nobody reads torn.
return {
  title = "Tidelock",
  order = {
    "letters", "two-clerks", "till", "tickets", "sale", "kitchen", "kitchen-joinable", "receipts", "relay",
    "rendezvous", "guests", "start-gun", "bounded-buffer", "barrier", "laps", "transfer", "philosophers", "library",
    "library-fair",
    "smokers", "barbershop", "water", "santa", "sushi", "the-dead-clerk", "night-shift", "notice-board",
  },
  welcome = [[
Welcome. Each lab is a small story with one hole: a file in which a few lines are missing. You write them, and the
program does not run your file once and hope, it tries the orders in which the tasks can take their steps. Such an order
is a schedule. If one of them goes wrong you see it, step by step, with the lines of your file, and shrunk: with as few
switches from one task to another as will do. It goes wrong again as often as you like.

Nothing here depends on luck, on your machine, or on how long something sleeps. Read the story, open the file, save:
the verdict comes in a moment. Hints grow: the first says what to look at, the last is nearly the answer.]],
  final = [[
That was the last one. You have seen updates lost, signals missed, circles closed, writers starved, and clerks die with
the key in hand, and you have mended all of it. Two things to take along: a test that passed shows one order out of
thousands; and what keeps two tasks apart must be something that both of them hold.

`tidelock explore` does for your own scripts what the labs did here.]],
}
