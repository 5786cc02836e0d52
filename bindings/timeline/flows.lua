--- Flows: which operation led to which: a put to its get, and a call that woke a task to the wait that it ended.
local meaning = require "timeline.meaning"
local study = require "timeline.study"

local flows = {}

-- A message's number is its own in its object.
local function key_of(spans, i)
  return spans.object[i] << 40 ~ spans.message[i]
end

local function of_messages(trace, list, has_source)
  local spans, reader, puts = trace.spans, meaning.reader(trace), {}
  for i = 1, spans.count do
    if spans.message[i] ~= 0 and spans.object[i] > 0 and reader(spans.object[i], spans.operation[i]) == "puts" then
      puts[key_of(spans, i)] = i
    end
  end
  for i = 1, spans.count do
    if spans.message[i] ~= 0 and spans.object[i] > 0 and reader(spans.object[i], spans.operation[i]) == "gets" then
      local put = puts[key_of(spans, i)]
      if put then
        list[#list + 1] = { put, i, "message" }
        has_source[i] = true
      end
    end
  end
end

-- By task the indexes of its spans, in order.
local function by_task(trace)
  local lists = {}
  for i = 1, #trace.tasks do lists[i] = {} end
  local task = trace.spans.task
  for i = 1, trace.spans.count do
    local list = lists[task[i]]
    list[#list + 1] = i
  end
  return lists
end

flows.by_task = by_task

-- The last of the task's spans that began by that time, if it had not ended before; nil: it was in none.
local function span_at(spans, list, time)
  local low, high = 0, #list
  while low < high do
    local middle = (low + high + 1) // 2
    if spans.began[list[middle]] <= time then low = middle else high = middle - 1 end
  end
  local i = list[low]
  if not i or (spans.ended[i] >= 0 and spans.ended[i] < time) then return nil end
  return i
end

local function of_calls(trace, list, has_source)
  local spans, lists, is_sleep = trace.spans, by_task(trace), study.sleeps(trace)
  for i = 1, spans.count do
    local waker = spans.waker[i]
    if waker > 0 and spans.called[i] >= 0 and not has_source[i] and not is_sleep[spans.operation[i]] then
      local from = span_at(spans, lists[waker], spans.called[i])
      if from and from ~= i then list[#list + 1] = { from, i, "call" } end
    end
  end
end

--- An array of { span it begins in, span it leads to, "message" or "call" }.
function flows.of(trace)
  local list, has_source = {}, {}
  of_messages(trace, list, has_source)
  of_calls(trace, list, has_source)
  return list
end

return flows
