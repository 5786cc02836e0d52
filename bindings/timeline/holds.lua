--- Holds: which task held which lock, from when to when.
--
-- A lock is held from the end of the call that took it to the beginning of the one that gave it back (in a logical
-- trace, to the end of that step), to the death of its holder, or to the end of the trace.  A semaphore that other
-- tasks give back than took it is no lock, and held by nobody.  Who waits for a condition gives its lock, and takes it
-- again; a condition that was given a lock stands for that.  Where a trace does not tell which that is (a schedule's),
-- it is the one that the task took last.
local meaning = require "timeline.meaning"

local holds = {}

local function add(list, task, object, from, to)
  local at = list.count + 1
  list.count = at
  list.task[at], list.object[at], list.from[at], list.to[at] = task, object, from, math.max(from, to)
end

-- The moments at which something is taken or given, in order: acquires count where they end.
local function moments(trace)
  local spans, reader, list = trace.spans, meaning.reader(trace), {}
  local operation, object, result, ended = spans.operation, spans.object, spans.result, spans.ended
  for i = 1, spans.count do
    local of = object[i]
    local does = of > 0 and reader(of, operation[i])
    if does == "takes" and result[i] == 0 and ended[i] >= 0 then
      list[#list + 1] = { ended[i], i, true }
    elseif does == "gives" then
      list[#list + 1] = { trace.logical and ended[i] >= 0 and ended[i] or spans.began[i], i, false }
    elseif does == "waits" and spans.slept[i] >= 0 then
      list[#list + 1] = { spans.slept[i], i, false }
      if ended[i] >= 0 then list[#list + 1] = { ended[i], i, true } end
    end
  end
  table.sort(list, function(a, b)
    if a[1] ~= b[1] then return a[1] < b[1] end
    if a[3] ~= b[3] then return b[3] end -- given before it is taken
    return a[2] < b[2]
  end)
  return list
end

local function take(mine, object, at)
  local held = mine[object]
  if held then held.depth = held.depth + 1 else mine[object] = { from = at, depth = 1 } end
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
  local trace = self.trace
  for task, mine in ipairs(held) do
    local ended = trace.tasks[task].ended or trace.length
    local objects = {}
    for object in pairs(mine) do objects[#objects + 1] = object end
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

--- Columns task, object, from, to, of `count` times that a lock was held, in the order of their ends.
function holds.of(trace)
  local self = { trace = trace, free = {}, let_go = {}, held_as = {},
    list = { count = 0, task = {}, object = {}, from = {}, to = {} } }
  local held, spans = {}, trace.spans
  for i = 1, #trace.tasks do held[i] = {} end
  for i, object in ipairs(trace.objects) do self.held_as[i] = object.lock or i end
  local does = meaning.reader(trace)
  for _, moment in ipairs(moments(trace)) do
    local at, i, takes = moment[1], moment[2], moment[3]
    local task, object = spans.task[i], spans.object[i]
    if does(object, spans.operation[i]) == "waits" then wait(self, held[task], i, takes, at)
    elseif takes then take(held[task], self.held_as[object], at)
    else give(self, held[task], self.held_as[object], task, at) end
  end
  close(self, held)
  return without_free(self.list, self.free)
end

return holds
