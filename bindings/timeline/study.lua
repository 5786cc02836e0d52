--- Study: what the operations of a trace come to, within a range of its time: totals of the tasks and objects, the
--- longest waits, and the delays of hand-overs.
local walk = require "timeline.walk"

local study = {}

-- Adds a wait to a list that holds the `most` longest, the longest first.
local function keep_longest(list, most, i, time)
  if most == 0 or #list == most and list[most].time >= time then return end
  local at = math.min(#list + 1, most)
  while at > 1 and list[at - 1].time < time do
    list[at] = list[at - 1]
    at = at - 1
  end
  list[at] = { span = i, time = time }
end

local function new_total(trace, task, from, to)
  local row = trace.tasks[task]
  local alive = math.min(row.ended or trace.length, to) - math.max(row.began, from)
  return { alive = math.max(alive, 0), waited = 0, slept = 0, busy = 0, reasons = {}, operations = 0 }
end

local function new_object()
  return { operations = 0, waits = 0, waited = 0, longest = 0, longest_span = nil }
end

--- When the span's wait was over: the end of its task, or of the trace, where it never was; nil: it did not wait.
function study.wait_end(trace, i)
  local spans = trace.spans
  local slept = spans.slept[i]
  if slept < 0 then return nil end
  if spans.ended[i] >= 0 then return slept + spans.waited[i] end
  return math.max(trace.tasks[spans.task[i]].ended or trace.length, slept)
end

--- The operations that wait for nobody but the time.
function study.sleeps(trace)
  local known = {}
  for i, word in ipairs(trace.operations) do known[i] = word == "sleep" end
  return known
end

-- How much of `a` to `b` is within the range.
local function within(self, a, b)
  return math.max(math.min(b, self.to) - math.max(a, self.from), 0)
end

-- False: it only slept, for a time.
local function take_wait(self, i, total, object)
  local trace, spans = self.trace, self.trace.spans
  local slept, ended = spans.slept[i], study.wait_end(trace, i)
  local time = within(self, slept, ended)
  if object == 0 and self.is_sleep[spans.operation[i]] then
    total.slept = total.slept + time
    return false
  end
  local key = object > 0 and object or -spans.operation[i]
  total.waited = total.waited + time
  total.reasons[key] = (total.reasons[key] or 0) + time
  keep_longest(self.longest, self.most, i, ended - slept)
  local row = self.objects[object]
  if not row then return true end
  row.waits, row.waited = row.waits + 1, row.waited + time
  if ended - slept > row.longest then row.longest, row.longest_span = ended - slept, i end
  return true
end

local function take_hand_over(self, i)
  local spans = self.trace.spans
  if spans.called[i] < 0 or spans.waker[i] == 0 or spans.ended[i] < 0 then return end
  local delay = spans.ended[i] - spans.called[i]
  if delay < 0 then return end
  self.delays[#self.delays + 1] = delay
  if delay > (self.worst_delay or -1) then self.worst_delay, self.worst_span = delay, i end
end

local function object_row(self, object)
  local row = self.objects[object] or new_object()
  self.objects[object] = row
  return row
end

local function take_all(self)
  local from, to, tasks = self.from, self.to, self.tasks
  local columns = { "task", "object", "began", "ended", "slept" }
  walk.each(self.trace, columns, function(before, count, task, objects, began, ended, slept)
    for k = 1, count do
      local total, object, a, b = tasks[task[k]], objects[k], began[k], ended[k]
      if total and a <= to and (b < 0 or b >= from) then
        total.operations = total.operations + 1
        self.operations = self.operations + 1
        if object > 0 then
          local row = self.objects[object] or object_row(self, object)
          row.operations = row.operations + 1
        end
        if slept[k] >= 0 and take_wait(self, before + k, total, object) then take_hand_over(self, before + k) end
        if b >= 0 then total.busy = total.busy + (a >= from and b <= to and b - a or within(self, a, b)) end
      end
    end
  end)
end

--- Of these tasks (indexes), and the time from `from` to `to`, a table:
---   tasks    [index] = { alive =, ran =, waited =, slept =, operations =, reasons = { [key] = time } }; a key is an
---            object, or minus an operation that has none; in a logical trace a task runs only while it does something
---   objects  [index] = { operations =, waits =, waited =, longest =, longest_span = }
---   longest  array of { span =, time = }, the `most` (5) longest waits
---   delays   of hand-overs, sorted; worst_delay and worst_span
function study.of(trace, tasks, from, to, most)
  local self = { trace = trace, from = from, to = to, most = most or 5, tasks = {}, objects = {}, longest = {},
    delays = {}, operations = 0, is_sleep = study.sleeps(trace) }
  for _, i in ipairs(tasks) do self.tasks[i] = new_total(trace, i, from, to) end
  take_all(self)
  for _, total in pairs(self.tasks) do
    total.ran = math.max((trace.logical and total.busy or total.alive) - total.waited - total.slept, 0)
  end
  table.sort(self.delays)
  return self
end

--- The median of sorted numbers; nil: there are none.
function study.median(list)
  return list[(#list + 1) // 2]
end

return study
