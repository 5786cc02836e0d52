--- A run as a sequence diagram of Mermaid: tasks and the objects that they have in common are the participants, and an
--- arrow is what a task does to an object, in the order in which operations end.  Where none is used by several of
--- them in the time, all objects are.
local diagram = require "formats.sequence_diagram"
local meaning = require "timeline.meaning"
local names = require "timeline.names"
local times = require "timeline.times"
local waits = require "timeline.waits"

local mermaid = {}

local MOST_MESSAGES, MOST_IDLE = 200, 20

-- When the operation had its effect, for the order.
local function moment(trace, i)
  local ended = trace.spans.ended[i]
  return ended >= 0 and ended or waits.over(trace, i) or trace.spans.began[i]
end

-- Which objects more than one of the tasks does something to.
local function find_shared(trace, wanted)
  local spans, first, shared = trace.spans, {}, {}
  for i = 1, spans.count do
    local object, task = spans.object[i], spans.task[i]
    if object > 0 and wanted[task] then
      if first[object] and first[object] ~= task then shared[object] = true end
      first[object] = first[object] or task
    end
  end
  return shared
end

-- { time, span } of what the tasks did then to these objects; nil: to any.
local function messages(trace, wanted, objects, from, to)
  local spans, list = trace.spans, {}
  for i = 1, spans.count do
    local object, time = spans.object[i], moment(trace, i)
    if wanted[spans.task[i]] and object > 0 and (not objects or objects[object]) and time >= from and time <= to then
      list[#list + 1] = { time, i }
    end
  end
  return list
end

-- The messages in order, as above, how many more there are, and whether they are of all objects, since none is shared.
local function chosen(trace, wanted, from, to)
  local list, of_all = messages(trace, wanted, find_shared(trace, wanted), from, to), false
  if #list == 0 then
    list = messages(trace, wanted, nil, from, to)
    of_all = #list > 0
  end
  local count = #list
  table.sort(list, function(a, b) return a[1] < b[1] or a[1] == b[1] and a[2] < b[2] end)
  return table.move(list, 1, math.min(count, MOST_MESSAGES), 1, {}), math.max(count - MOST_MESSAGES, 0), of_all
end

-- What is said of a task beside its messages, { time, nil, task, text }: that it died, and what was told.
local function add_notes(trace, list, wanted, from, to)
  for i, task in ipairs(trace.tasks) do
    if wanted[i] and task.ended and task.how ~= "ended" and task.ended >= from and task.ended <= to then
      list[#list + 1] = { task.ended, nil, i, task.how == "killed" and "is killed" or "fails" }
    end
  end
  for _, mark in ipairs(trace.marks) do
    if mark.time >= from and mark.time <= to then list[#list + 1] = { mark.time, nil, mark.task, mark.text } end
  end
  table.sort(list, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    return (a[2] or math.huge) < (b[2] or math.huge)
  end)
end

local OUTCOMES = { "refused", "raises an error" }

local function words(trace, own, i)
  local spans = trace.spans
  local text = own.operations[spans.operation[i]] or "?"
  if spans.line[i] > 0 then text = ("%d: %s"):format(spans.line[i], text) end
  local slept = spans.slept[i]
  if slept >= 0 then
    local waited = times.of(trace, waits.over(trace, i) - slept)
    text = text .. (spans.ended[i] >= 0 and ", waited %s" or ", waits %s, never ends"):format(waited)
  end
  local outcome = OUTCOMES[spans.result[i]]
  return outcome and text .. ", " .. outcome or text
end

local function participants(drawn, trace, own, list)
  local spans, used = trace.spans, {}
  for _, each in ipairs(list) do used[each[2] and spans.task[each[2]] or each[3]] = true end
  for i = 1, #trace.tasks do
    if used[i] then drawn:add("actor", "task " .. i, own:task(i)) end
  end
  for _, each in ipairs(list) do
    if each[2] then
      local object = spans.object[each[2]]
      drawn:add("participant", object, own:object(object))
    end
  end
end

-- Where there is nothing to draw, who has done nothing, and that it is so.
local function say_nothing(drawn, trace, own, wanted)
  local count = 0
  for i = 1, #trace.tasks do
    if wanted[i] and count < MOST_IDLE then
      drawn:add("actor", "task " .. i, own:task(i))
      count = count + 1
    end
  end
  if count == 0 then drawn:add("participant", "nobody", "no task") end
  drawn:note(nil, "nothing is done to an object in this time")
end

-- The set of the tasks' indexes; of all tasks if there is no list.
local function set_of(trace, tasks)
  local set = {}
  if not tasks then
    for i = 1, #trace.tasks do set[i] = true end
  end
  for _, i in ipairs(tasks or {}) do set[i] = true end
  return set
end

--- The diagram; options = { tasks = indexes or nil, from =, to = times or nil }.
function mermaid.text(trace, options)
  options = options or {}
  local own, spans = names.of(trace), trace.spans
  local wanted, reader = set_of(trace, options.tasks), meaning.reader(trace)
  local from, to = options.from or 0, options.to or trace.length
  local list, left_out, of_all = chosen(trace, wanted, from, to)
  add_notes(trace, list, wanted, from, left_out > 0 and list[#list][1] or to)
  local drawn = diagram.new(("%s, %s"):format(names.clean(trace.title), times.of(trace, to - from)))
  participants(drawn, trace, own, list)
  if #list == 0 then
    say_nothing(drawn, trace, own, wanted)
  elseif of_all then
    drawn:note(nil, "no object is used by several of these tasks in this time: all objects are shown")
  end
  for _, each in ipairs(list) do
    local i, task = each[2], "task " .. (each[3] or 0)
    if not i then
      drawn:note(drawn:has(task) and task or nil, each[4])
    else
      local gets = reader(spans.object[i], spans.operation[i]) == "gets" and spans.ended[i] >= 0
      task = "task " .. spans.task[i]
      local a, b = gets and spans.object[i] or task, gets and task or spans.object[i]
      drawn:message(a, b, words(trace, own, i), gets)
    end
  end
  if left_out > 0 then drawn:note(nil, ("%d messages more are left out"):format(left_out)) end
  return drawn:text()
end

return mermaid
