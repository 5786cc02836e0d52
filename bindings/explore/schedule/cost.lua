--- Cost: how much is strange in a schedule: the fewer pre-emptions, the easier it is to understand.
local moves = require "explore.schedule.moves"

local cost = {}

local function has(list, path)
  for _, other in ipairs(list) do
    if other == path then return true end
  end
  return false
end

--- Whether the step of event i pre-empts `last`, the task that took the step before: it could have gone on.
function cost.is_preemption(event, last)
  return last ~= nil and last ~= event.task and event.could ~= nil and has(event.could, last)
end

local function is_odd(event)
  local how = event.how
  return how == "clock" or how == "answer" and event.answer ~= 1
    or how == "wakes" and event.could ~= nil and event.could[1] ~= event.woken
end

--- Counts, of a schedule's events: preemptions, kills, switches, odd ones (the clock that moved, answers but the
-- first, waiters woken out of their order), steps.
function cost.of(events)
  local found = { preemptions = 0, kills = 0, switches = 0, odd = 0, steps = 0 }
  local last
  for _, event in ipairs(events) do
    if event.killed then
      found.kills = found.kills + 1
    elseif moves.STEPS[event.how] then
      if cost.is_preemption(event, last) then found.preemptions = found.preemptions + 1 end
      if last and last ~= event.task then found.switches = found.switches + 1 end
      found.steps = found.steps + 1
      last = event.task
    elseif is_odd(event) then
      found.odd = found.odd + 1
    end
  end
  return found
end

-- Who comes where nobody says it: the task that ran last goes on, else the next in order, after the last the first.
local function is_default(event, last, order)
  if not event.could or event.task == last then return true end
  if has(event.could, last) then return false end
  local first, following
  for _, path in ipairs(event.could) do
    local at = order[path] or 0
    if not first or at < order[first] then first = path end
    if at > (order[last] or 0) and (not following or at < order[following]) then following = path end
  end
  return event.task == (following or first)
end

local function is_by_itself(event, last, order)
  if event.killed or event.how == "clock" or event.how == "wakes" then return false end
  if event.how == "answer" then return event.answer == 1 end
  return is_default(event, last, order)
end

--- How many of the events' moves are needed: behind them all comes by itself.
function cost.needed(events, tasks)
  local order, needed, last = {}, 0, nil
  for i, task in ipairs(tasks) do order[task.path] = i end
  for i, event in ipairs(events) do
    if not is_by_itself(event, last, order) then needed = i end
    if moves.STEPS[event.how] then last = event.task end
  end
  return needed
end

--- Whether `a` is less than `b`: fewer pre-emptions and kills, then switches, odd ones, steps.
function cost.less(a, b)
  local x, y = a.preemptions + a.kills, b.preemptions + b.kills
  if x ~= y then return x < y end
  if a.switches ~= b.switches then return a.switches < b.switches end
  if a.odd ~= b.odd then return a.odd < b.odd end
  return a.steps < b.steps
end

return cost
