--- Model: what was recorded of a run, as every view of it (terminal chart, page, exporters) reads it.
--
-- A trace:
--
--   title        what was run, "kitchen.lua"
--   began        seconds since 1970; nil: not known (a simulated run)
--   length       nanoseconds from the first moment to the last; all times below count from 0
--   logical      true: times are steps and not nanoseconds (a schedule of an exploration)
--   simulated    true: its time was a simulation's; operations last no time in it but where they wait
--   last         true: only the last operations of each task were kept
--   cut          nil, or { at =, size =, damaged = }: its file was understood up to that byte of so many; damaged:
--                what follows is wrong, and not only missing
--   lost         how many operations were not recorded, in all
--   tasks        array of { name =, pid =, parent = index or nil, began =, ended = time or nil (it still ran), how =
--                "ended", "failed" or "killed", signal = number or nil, lost =, thread = true or nil, path = or nil }
--   objects      array of { kind = "queue", name = "orders" or "", number =, title = 'queue "orders"' or "queue#2",
--                space = its name or nil, lock = index of the lock that a condition was given, or nil }
--   files        array of the scripts' names
--   operations   array of words, "put", "acquire" (an operation of an object is told by its kind and the word)
--   spans        columns, each an array of spans.count integers: one span is one operation of one task
--   marks        array of { task =, time =, text = }: what the run told ("a deadlock was told"); may be empty
--
--   compared     what has changed since another run (timeline/compare), or nil
--
-- A logical trace may have a story besides, which the page shows as a picture with a column a step:
--
--   sentence     what went wrong, in a line; nil: not known
--   steps        array of { task =, text =, object = index or 0, waits = true where the task sleeps from here on,
--                file = index or 0, line =, failing = true at the step that fails, killed = true where the task is
--                killed, matters = true at those the explanation tells of }; step i is at time i, its spans too
--   explanation, remedy  texts, or nil
--
-- Columns, by the name (0 where there is nothing to tell); they are tables, or userdata that are indexed as such
-- (timeline/read/columns.h, which gives many numbers at once, too):
--
--   task         index          operation    index          object       index, or 0
--   began, ended times; ended is -1 where the operation never ended (its task died in it, or the trace ended first)
--   slept        time at which it first went to sleep in it, or -1: it did not wait
--   waited       how long it was asleep, in all
--   waker        index of the task that called it, or 0          called       time of that call, or -1
--   message      the same number in the put and the get (send, recv) of one message in one object; 0: none
--   file         index, or 0    line         or 0
--   result       0 done, 1 refused or timed out (false, nil), 2 an error was raised, 3 not known
--
-- Spans are in the order of `began`; those of one task do not overlap, but for one that ran within another (a callback
-- in a wait), which lies wholly within it.
local model = {}

--- The names of the columns.
model.COLUMNS = { "task", "operation", "object", "began", "ended", "slept", "waited", "waker", "called", "message",
  "file", "line", "result" }

--- An empty trace, to be filled; `fields` are taken over.
function model.new(fields)
  local spans = { count = 0 }
  for _, name in ipairs(model.COLUMNS) do spans[name] = {} end
  local trace = { title = "", length = 0, lost = 0, tasks = {}, objects = {}, files = {}, operations = {}, marks = {},
    spans = spans }
  for name, value in pairs(fields or {}) do trace[name] = value end
  return trace
end

local DEFAULTS = { object = 0, ended = -1, slept = -1, waited = 0, waker = 0, called = -1, message = 0, file = 0,
  line = 0, result = 0 }

--- Adds a span, { task =, operation =, began =, ... }; what is left out is as if there were nothing to tell.
function model.add(trace, span)
  local spans = trace.spans
  local at = spans.count + 1
  spans.count = at
  for _, name in ipairs(model.COLUMNS) do spans[name][at] = span[name] or DEFAULTS[name] end
end

return model
