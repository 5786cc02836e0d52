--- Holds: which task held which lock, from when to when.
--
-- A lock is held from the end of the call that took it to the beginning of the one that gave it back (in a logical
-- trace, to the end of that step), to the death of its holder, or to the end of the trace.  A semaphore that other
-- tasks give back than took it is no lock, and held by nobody.  Who waits for a condition gives its lock, and takes it
-- again; a condition that was given a lock stands for that.  Where a trace does not tell which that is (a schedule's),
-- it is the one that the task took last.
local meaning = require "timeline.meaning"
local walk = require "timeline.walk"

local holds = {}

local function add(list, task, object, from, to)
  local at = list.count + 1
  list.count = at
  list.task[at], list.object[at], list.from[at], list.to[at] = task, object, from, math.max(from, to)
end

-- `spare` is what was used for one before, if there is any.
local function take(self, mine, object, at)
  local held = mine[object]
  if held then
    held.depth = held.depth + 1
    return
  end
  held, self.spare = self.spare or {}, nil
  held.from, held.depth = at, 1
  mine[object] = held
end

local function give(self, mine, object, task, at)
  local held = mine[object]
  if not held then
    if self.trace.objects[object].kind == "semaphore" then self.free[object] = true end
    return
  end
  held.depth = held.depth - 1
  if held.depth > 0 then return end
  mine[object] = nil
  add(self.list, task, object, held.from, at)
  self.spare = held
end

-- The lock that the task gives while it waits for the condition: its own, if it took that one; nil: it holds none.
local function lock_of(self, mine, condition)
  local known = self.held_as[condition]
  if mine[known] then return known end
  if known ~= condition then return nil end
  local last
  for object, held in pairs(mine) do
    local kind = self.trace.objects[object].kind
    if (kind == "lock" or kind == "rlock")
      and (not last or held.from > mine[last].from or held.from == mine[last].from and object > last) then
      last = object
    end
  end
  return last
end

-- A wait for a condition begins to sleep, or has ended.
local function wait(self, mine, i, takes, at)
  local spans, let_go = self.trace.spans, self.let_go
  if takes then
    local given = let_go[i]
    if given then mine[given.object] = { from = at, depth = given.depth } end
    return
  end
  local object = lock_of(self, mine, spans.object[i])
  if not object then return end
  let_go[i] = { object = object, depth = mine[object].depth }
  add(self.list, spans.task[i], object, mine[object].from, at)
  mine[object] = nil
end

-- Those that are never given back.
local function close(self, held)
  local trace, free = self.trace, self.free
  for task, mine in ipairs(held) do
    local ended = trace.tasks[task].ended or trace.length
    local objects = {}
    for object in pairs(mine) do
      if not free[object] then objects[#objects + 1] = object end
    end
    table.sort(objects)
    for _, object in ipairs(objects) do add(self.list, task, object, mine[object].from, ended) end
  end
end

local function without_free(list, free)
  if not next(free) then return list end
  local kept = { count = 0, task = {}, object = {}, from = {}, to = {} }
  for i = 1, list.count do
    if not free[list.object[i]] then add(kept, list.task[i], list.object[i], list.from[i], list.to[i]) end
  end
  return kept
end

-- ---- moments ----

-- What a task has taken or given and not yet done, in the order of time: a call takes where it ends, and within it the
-- task may call others (a callback).
local function new_pending() return { count = 0, time = {}, span = {}, takes = {} } end

local function defer(pending, time, i, takes)
  local at = pending.count + 1
  pending.count = at
  while at > 1 and pending.time[at - 1] > time do
    pending.time[at], pending.span[at], pending.takes[at] = pending.time[at - 1], pending.span[at - 1],
      pending.takes[at - 1]
    at = at - 1
  end
  pending.time[at], pending.span[at], pending.takes[at] = time, i, takes
end

local function apply(self, task, i, takes, at)
  local spans, mine = self.trace.spans, self.held[task]
  local object = spans.object[i]
  if self.does(object, spans.operation[i]) == "waits" then wait(self, mine, i, takes, at)
  elseif takes then take(self, mine, self.held_as[object], at)
  else give(self, mine, self.held_as[object], task, at) end
end

-- Does what comes by that time.
local function catch_up(self, pending, task, time)
  local done = 0
  while done < pending.count and pending.time[done + 1] <= time do
    done = done + 1
    apply(self, task, pending.span[done], pending.takes[done], pending.time[done])
  end
  local left = pending.count - done
  pending.count = left
  if done == 0 or left == 0 then return end
  for _, list in ipairs{ pending.time, pending.span, pending.takes } do table.move(list, done + 1, done + left, 1) end
end

local function find(self)
  local does, pending, logical = self.does, self.pending, self.trace.logical
  local columns = { "task", "operation", "object", "began", "ended", "slept", "result" }
  walk.each(self.trace, columns, function(before, count, task, operation, object, began, ended, slept, result)
    for k = 1, count do
      local what = object[k] > 0 and does(object[k], operation[k])
      if what then
        local mine, over = pending[task[k]], ended[k]
        if mine.count > 0 then catch_up(self, mine, task[k], began[k]) end
        if what == "takes" then
          local well, alone = result[k] == 0 and over >= 0, mine.count == 0 and k < count and task[k + 1] == task[k]
          if well and alone and began[k + 1] >= over then -- nothing comes between
            take(self, self.held[task[k]], self.held_as[object[k]], over)
          elseif well then
            defer(mine, over, before + k, true)
          end
        elseif what == "gives" then
          if logical and over >= 0 then defer(mine, over, before + k, false)
          else give(self, self.held[task[k]], self.held_as[object[k]], task[k], began[k]) end
        elseif what == "waits" and slept[k] >= 0 then
          defer(mine, slept[k], before + k, false)
          if over >= 0 then defer(mine, over, before + k, true) end
        end
      end
    end
  end)
  for task, mine in ipairs(pending) do catch_up(self, mine, task, math.maxinteger) end
end

-- Whether the list is in the order of its ends.
local function in_order(list)
  local to = list.to
  for i = 2, list.count do
    if to[i] < to[i - 1] then return false end
  end
  return true
end

-- The indexes of [first, last] in the order of their ends, which most of them have already.
local function order_of(list, first, last)
  local order, to, well = {}, list.to, true
  for i = first, last do
    order[#order + 1] = i
    well = well and (i == first or to[i] >= to[i - 1])
  end
  if not well then
    table.sort(order, function(a, b)
      if to[a] ~= to[b] then return to[a] < to[b] end
      return a < b
    end)
  end
  return order
end

-- All in the order of their ends: the first `given` that were given back, and the others.
local function sorted(list, given)
  if in_order(list) then return list end
  local a, b = order_of(list, 1, given), order_of(list, given + 1, list.count)
  local found = { count = 0, task = {}, object = {}, from = {}, to = {} }
  local i, k = 1, 1
  while a[i] or b[k] do
    local at
    if a[i] and (not b[k] or list.to[a[i]] <= list.to[b[k]]) then at, i = a[i], i + 1 else at, k = b[k], k + 1 end
    add(found, list.task[at], list.object[at], list.from[at], list.to[at])
  end
  return found
end

--- Columns task, object, from, to, of `count` times that a lock was held, in the order of their ends.
function holds.of(trace)
  local self = { trace = trace, free = {}, let_go = {}, held = {}, held_as = {}, pending = {},
    does = meaning.reader(trace), list = { count = 0, task = {}, object = {}, from = {}, to = {} } }
  for i = 1, #trace.tasks do self.held[i], self.pending[i] = {}, new_pending() end
  for i, object in ipairs(trace.objects) do self.held_as[i] = object.lock or i end
  find(self)
  local list = without_free(self.list, self.free)
  local given = list.count
  self.list = list
  close(self, self.held)
  return sorted(list, given)
end

return holds
