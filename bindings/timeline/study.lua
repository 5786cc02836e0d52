--- Study: what the operations of a trace come to, within a range of its time: totals of the tasks and objects, the
--- longest waits, and the delays of hand-overs.
local tally = require "timeline.tally"

local study = {}

local function alive(trace, task, from, to)
  local row = trace.tasks[task]
  return math.max(math.min(row.ended or trace.length, to) - math.max(row.began, from), 0)
end

--- Of these tasks (indexes), and the time from `from` to `to`, a table:
---   tasks       [index] = { alive =, ran =, waited =, slept =, busy =, operations =, reasons = { [key] = time } }; a
---               key is an object, or minus an operation that has none; in a logical trace a task runs only while it
---               does something
---   objects     [index] = { operations =, waits =, waited =, longest =, longest_span = }
---   longest     array of { span =, time = }, the `most` (5) longest waits, and no sleep
---   hand_overs  from the call that wakes to the return of who waited: { count =, median =, worst =, span = of that };
---               where there are none, count alone
function study.of(trace, tasks, from, to, most)
  local self = { trace = trace, from = from, to = to }
  self.tasks, self.objects, self.longest, self.hand_overs = tally.totals(trace, tasks, from, to, most or 5)
  if trace.work then trace.work(trace.spans.count) end
  for task, total in pairs(self.tasks) do
    total.alive = alive(trace, task, from, to)
    total.ran = math.max((trace.logical and total.busy or total.alive) - total.waited - total.slept, 0)
  end
  return self
end

return study
