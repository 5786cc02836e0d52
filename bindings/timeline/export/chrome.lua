--- Chrome: a trace as trace-event JSON, which chrome://tracing, speedscope and the Firefox profiler read.
--
-- Process 1 is the run, with a thread a task; process 2 has a thread for each lock that was held, and process 1 a
-- counter for each queue.  Times are microseconds; a step of a logical trace is a millisecond.
local depth = require "timeline.depth"
local encode = require "formats.json_encode"
local flows = require "timeline.flows"
local holds = require "timeline.holds"
local names = require "timeline.names"
local waits = require "timeline.waits"

local chrome = {}

local TASKS, OBJECTS = 1, 2
local AT_ONCE, TASK_WORK = 1024, 22 -- operations that are told of as one; as long takes one as to read so many
local RESULTS = { "refused or timed out", "an error was raised", "not known" }

local function put_event(self, text)
  self.put((self.first and "" or ",\n") .. text)
  self.first = false
end

local function time_text(self, time)
  return ("%.3f"):format(time * self.scale / 1000)
end

-- A text as JSON, encoded once.
local function quoted(self, text)
  local known = self.quoted[text]
  if not known then
    known = encode(text)
    self.quoted[text] = known
  end
  return known
end

local function put_name(self, what, pid, tid, name)
  put_event(self, ('{"ph":"M","name":"%s_name","pid":%d,"tid":%d,"args":{"name":%s}}'):format(what, pid, tid,
    quoted(self, name)))
  put_event(self, ('{"ph":"M","name":"%s_sort_index","pid":%d,"tid":%d,"args":{"sort_index":%d}}'):format(what, pid,
    tid, what == "thread" and tid or pid))
end

local function arguments(self, i)
  local spans, list = self.trace.spans, {}
  local place = self.names:place(i)
  if place ~= "" then list[#list + 1] = '"at":' .. quoted(self, place) end
  if spans.slept[i] >= 0 then
    local waited = waits.over(self.trace, i) - spans.slept[i]
    list[#list + 1] = ('"waited_us":%s'):format(time_text(self, waited))
  end
  if spans.waker[i] > 0 then list[#list + 1] = '"woken_by":' .. quoted(self, self.names:task(spans.waker[i]) or "?") end
  if spans.message[i] ~= 0 then list[#list + 1] = ('"message":%d'):format(spans.message[i]) end
  if spans.result[i] > 0 then list[#list + 1] = '"result":' .. quoted(self, RESULTS[spans.result[i]]) end
  return table.concat(list, ",")
end

local function put_span(self, i)
  local spans = self.trace.spans
  local ended = spans.ended[i]
  if ended < 0 then ended = math.max(self.trace.tasks[spans.task[i]].ended or self.trace.length, spans.began[i]) end
  local kind = spans.slept[i] >= 0 and "waits" or "runs"
  put_event(self, ('{"ph":"X","name":%s,"cat":"%s","pid":%d,"tid":%d,"ts":%s,"dur":%s,"args":{%s}}'):format(
    quoted(self, self.names:call(i)), kind, TASKS, spans.task[i], time_text(self, spans.began[i]),
    time_text(self, ended - spans.began[i]), arguments(self, i)))
end

-- An arrow begins within one operation and ends within another, where it came on.
local function put_flow(self, id, flow)
  local spans, from, to = self.trace.spans, flow[1], flow[2]
  local at = flow[3] == "call" and spans.called[to] or spans.began[from]
  local arrives = math.max(spans.slept[to] >= 0 and waits.over(self.trace, to) or spans.began[to], at)
  local head = ('"name":"%s","cat":"flow","id":%d,"pid":%d'):format(flow[3], id, TASKS)
  put_event(self, ('{"ph":"s",%s,"tid":%d,"ts":%s}'):format(head, spans.task[from], time_text(self, at)))
  put_event(self, ('{"ph":"f","bp":"e",%s,"tid":%d,"ts":%s}'):format(head, spans.task[to], time_text(self, arrives)))
end

local function put_instant(self, task, time, text)
  local is_task = task and task > 0
  put_event(self, ('{"ph":"i","s":"%s","name":%s,"pid":%d,"tid":%d,"ts":%s}'):format(is_task and "t" or "g",
    quoted(self, names.clean(text)), TASKS, is_task and task or 0, time_text(self, time)))
end

local function put_tasks(self)
  put_name(self, "process", TASKS, 0, self.trace.title)
  for i, task in ipairs(self.trace.tasks) do
    put_name(self, "thread", TASKS, i, self.names:task(i))
    if task.ended then put_instant(self, i, task.ended, task.how or "ended") end
  end
  local work = self.trace.work
  for i = 1, self.trace.spans.count do
    if i % AT_ONCE == 0 and work then work(AT_ONCE * TASK_WORK) end
    put_span(self, i)
  end
  for id, flow in ipairs(flows.of(self.trace)) do put_flow(self, id, flow) end
  for _, mark in ipairs(self.trace.marks) do put_instant(self, mark.task, mark.time, mark.text) end
end

local function put_objects(self)
  local curves, list, named = depth.of(self.trace), holds.of(self.trace), {}
  for object = 1, #self.trace.objects do
    local curve = curves[object]
    for i, time in ipairs(curve and curve.times or {}) do
      put_event(self, ('{"ph":"C","name":%s,"pid":%d,"ts":%s,"args":{"messages":%d}}'):format(
        quoted(self, self.names:object(object)), TASKS, time_text(self, time), curve.counts[i]))
    end
  end
  for i = 1, list.count do
    local object = list.object[i]
    if not next(named) then put_name(self, "process", OBJECTS, 0, "locks") end
    if not named[object] then put_name(self, "thread", OBJECTS, object, self.names:object(object)) end
    named[object] = true
    put_event(self, ('{"ph":"X","name":%s,"cat":"held","pid":%d,"tid":%d,"ts":%s,"dur":%s,"args":{}}'):format(
      quoted(self, self.names:task(list.task[i])), OBJECTS, object, time_text(self, list.from[i]),
      time_text(self, list.to[i] - list.from[i])))
  end
end

--- Writes the trace by put(text).
function chrome.write(trace, put)
  local self = { trace = trace, put = put, names = names.of(trace), scale = trace.logical and 1000000 or 1,
    quoted = {}, first = true }
  put '{"displayTimeUnit":"ns","traceEvents":[\n'
  put_tasks(self)
  put_objects(self)
  put "\n]}\n"
end

return chrome
