--- Trace view: a schedule that was run, read from its first event on: at each one who is alive, who waits and where,
-- and what each task does next.
local dependence = require "explore.search.dependence"
local moves = require "explore.schedule.moves"

local view = {}

--- A trace as it is read: what the tasks do next, at each event.
function view.of(events, tasks, objects)
  local trace = { events = events, steps = dependence.steps(events, objects), following = {}, order = {} }
  for i, task in ipairs(tasks) do trace.order[task.path] = i end
  local last = {}
  for i = #events, 1, -1 do
    if moves.STEPS[events[i].how] then
      trace.following[i] = last[events[i].task] or false
      last[events[i].task] = i
    end
  end
  trace.upcoming = last -- of each task, the index of its next event
  return trace
end

local SLEPT = { ["goes on"] = true, late = true, last = true }

-- Where a task waits after its event i; nil: it does not.
local function waits_at(trace, i)
  local following = trace.following[i]
  local event = following and trace.events[following]
  if not event or not SLEPT[event.how] then return nil end
  return (event.file or "") .. ":" .. (event.line or 0) .. ":" .. (event.name or "")
end

--- Moves the view on, behind event i.
function view.pass(trace, i)
  local event = trace.events[i]
  if not moves.STEPS[event.how] then return end
  trace.upcoming[event.task] = trace.following[i] or nil
  trace.asleep[event.task] = waits_at(trace, i)
  trace.last = event.task
  local ended = event.how == "dies" or event.name == "END" and not trace.following[i]
  trace.alive[event.task] = not ended or nil
end

--- How many delays it costs that `to` comes where `from` came: one, and one for each of the list between them, in
-- the order of creation.
function view.distance(trace, list, from, to)
  local count = 0
  local a, b = trace.order[from] or 0, trace.order[to] or 0
  for _, path in ipairs(list) do
    local at = trace.order[path] or 0
    local between = a < b and at > a and at < b or a > b and (at > a or at < b)
    if between then count = count + 1 end
  end
  return count + 1
end

--- Whether the path is in the list.
function view.has(list, path)
  for _, other in ipairs(list) do
    if other == path then return true end
  end
  return false
end

--- Whether it is a pre-emption that `to` comes before the event: the one that ran last could have gone on.
function view.is_switch(trace, event, to)
  return trace.last and trace.last ~= to and event.could and view.has(event.could, trace.last) or false
end

--- What each task that could have come would have done: the step that it takes next.
function view.next_steps(trace, event)
  local found = {}
  for _, path in ipairs(event.could) do
    local index = trace.upcoming[path]
    found[path] = index and trace.steps[index] or nil
  end
  return found
end

--- Reads the trace up to event `depth`, where all is known.
function view.skip(trace, depth)
  trace.asleep, trace.alive = {}, {}
  for i = 1, depth do view.pass(trace, i) end
end

return view
