--- Flows: which operation led to which: a put to its get, and a call that woke a task to the wait that it ended.
local meaning = require "timeline.meaning"
local waits = require "timeline.waits"
local walk = require "timeline.walk"

local flows = {}

-- From which span to which, and why, as columns.
local function new_list() return { count = 0, from = {}, to = {}, why = {} } end

local function add(list, from, to, why)
  local at = list.count + 1
  list.count = at
  list.from[at], list.to[at], list.why[at] = from, to, why
end

-- Calls found(i, does, key of the message) for each span that put or got one: its number is its own in its object.
local function each_message(trace, found)
  local reader, columns = meaning.reader(trace), { "operation", "object", "message" }
  walk.each(trace, columns, function(before, count, operation, object, message)
    for k = 1, count do
      if message[k] ~= 0 and object[k] > 0 then
        local does = reader(object[k], operation[k])
        if does then found(before + k, does, object[k] << 40 ~ message[k]) end
      end
    end
  end)
end

-- First all puts: a get that waits may begin before its put.
local function of_messages(trace, list, has_source)
  local puts = {}
  each_message(trace, function(i, does, key)
    if does == "puts" then puts[key] = i end
  end)
  each_message(trace, function(i, does, key)
    if does ~= "gets" or not puts[key] then return end
    add(list, puts[key], i, "message")
    has_source[i] = true
  end)
end

-- By task the indexes of its spans, in order.
local function by_task(trace)
  local lists = {}
  for i = 1, #trace.tasks do lists[i] = {} end
  walk.each(trace, { "task" }, function(before, count, task)
    for k = 1, count do
      local list = lists[task[k]]
      list[#list + 1] = before + k
    end
  end)
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
  local spans, lists, is_sleep = trace.spans, by_task(trace), waits.sleeps(trace)
  walk.each(trace, { "operation", "waker", "called" }, function(before, count, operation, waker, called)
    for k = 1, count do
      local i = before + k
      if waker[k] > 0 and called[k] >= 0 and not has_source[i] and not is_sleep[operation[k]] then
        local from = span_at(spans, lists[waker[k]], called[k])
        if from and from ~= i then add(list, from, i, "call") end
      end
    end
  end)
end

--- Columns from and to (spans: in which it begins, to which it leads) and why ("message" or "call") of `count` flows.
--- To no span more than one leads.
function flows.columns(trace)
  local list, has_source = new_list(), {}
  of_messages(trace, list, has_source)
  of_calls(trace, list, has_source)
  return list
end

--- The same as an array of { from, to, why }.
function flows.of(trace)
  local list, found = flows.columns(trace), {}
  for i = 1, list.count do found[i] = { list.from[i], list.to[i], list.why[i] } end
  return found
end

return flows
