--- Dependence: which two steps of different tasks may not change places.
--
-- Schedules that differ only in the order of independent steps have the same outcome, so one of them is enough: that is
-- the whole art of trying all.  Two steps depend on each other if they use the same part of the same object and one of
-- them writes; parts are keys of a table, indices of an array, blocks of a buffer.  What is not known is dependent.
--
-- Limits: what a script does between its steps (variables of one process that threads share, ipc.now) is not seen.
local dependence = {}

-- All that happens before the clock goes on comes before all that happens after it; `dependence.of` says no word of it.

-- Reads that move a position which all who have the file open share.
local MOVES_POSITION = { FILE_READ = true, FILE_SEEK = true }

-- What tells the script of other tasks, whichever they are; and who yields goes on once any other has taken a step.
local ASKS_ALL = { CHILDREN = true, PARENT = true, WAIT = true, YIELD = true }

-- Operations that name no object, and touch none.
local ALONE = { SLEEP = true, NONE = true }

-- What the end of a task may change beside the task: its side of a pipe is closed, its jobs are given to others.
local LEFT_BY_ENDS = { pipe = true, board = true }

-- What is left abandoned if its last operation on it was no release.
local OWNED = { lock = true, rlock = true, rwlock = true, condition = true }
local GIVES_BACK = {
  LOCK_RELEASE = true, RLOCK_RELEASE = true, RWLOCK_RELEASE = true, CONDITION_RELEASE = true,
  LOCK_HOLDER = true, RLOCK_HOLDER = true, CONDITION_NOTIFY = true, CONDITION_NOTIFY_ALL = true,
}

-- An object is known by its kind and number: the same in all schedules that begin alike. A condition and its lock are
-- one: who waits releases the lock, and takes it again. Which lock it is no event tells, so all locks are one where
-- there are conditions.
local function identity(event, objects, conditions)
  local object = event.object and objects and objects[event.object]
  if not object then
    if event.object then return (event.kind or "?") .. "#" .. event.object end
    return nil
  end
  if conditions and (object.kind == "condition" or object.kind == "lock" or object.kind == "rlock") then
    return "condition's lock"
  end
  if object.kind == nil or object.kind == "file" then return "file " .. tostring(object.title or object.name) end
  return object.kind .. "#" .. tostring(object.number)
end

local function writes(event)
  return event.access ~= "reads" or MOVES_POSITION[event.name] or false
end

-- A step as the functions below compare it: { task, object, key, writes, and one of `alone`, `all`, `ends`, `starts` }.
local function step_of(event, objects, conditions)
  local step = { task = event.task, key = event.key, object = identity(event, objects, conditions) }
  step.writes = writes(event)
  local name = event.name
  if event.how == "clock" then
    step.all = true
  elseif event.how == "starts" then
    step.starts = true
  elseif event.how == "dies" or name == "END" then
    step.ends, step.left = true, {}
    step.all = event.how == "dies" or nil
  elseif ALONE[name] or not name then
    step.alone = true
  elseif ASKS_ALL[name] or not step.object then
    step.all = name ~= "PROCESS_START" and name ~= "THREAD_START"
  end
  step.starts_task = name == "PROCESS_START" or name == "THREAD_START"
  step.kind = event.kind
  step.joins = name == "PROCESS_JOIN"
  step.about_task = event.kind == "process" or event.kind == "thread" or name == "WAIT"
  return step
end

local function has_conditions(objects)
  for _, object in ipairs(objects or {}) do
    if object.kind == "condition" then return true end
  end
  return false
end

-- The task that each object of a process or thread stands for: the n-th that its maker has started.
local function link_children(events, steps)
  local started, child = {}, {}
  for i, event in ipairs(events) do
    if event.name == "PROCESS_START" or event.name == "THREAD_START" then
      local n = (started[event.task] or 0) + 1
      started[event.task] = n
      local path = (event.task == "0" and "" or event.task .. ".") .. n
      if steps[i].object then child[steps[i].object] = path end
    end
  end
  for _, step in ipairs(steps) do
    if step.about_task then step.of_task = child[step.object] or true end
  end
end

-- What a task has left behind where it ends.
local function link_left(events, steps)
  local last = {}
  for i, event in ipairs(events) do
    local step = steps[i]
    local mine = last[event.task] or {}
    last[event.task] = mine
    if step.object and OWNED[event.kind] then mine[step.object] = not GIVES_BACK[event.name] end
    if step.ends then
      for object, is_left in pairs(mine) do step.left[object] = is_left or nil end
    end
  end
end

local SLEPT = { ["goes on"] = true, late = true, last = true }

local function can_come(event, path)
  for _, other in ipairs(event.could or { event.task }) do
    if other == path then return true end
  end
  return false
end

-- Who yields, tries in vain, or looks again and again is put last until another task has taken a step, whichever it is
-- (fairness.h): what put it last depends on all.  It is seen from who could come next: not the task, though it did not
-- sleep.
local function link_put_last(events, steps)
  local following = {}
  for i = #events, 1, -1 do
    local event, next_one = events[i], events[i + 1]
    local after = following[event.task]
    if after and not SLEPT[after.how] and next_one and next_one.task ~= event.task
      and not can_come(next_one, event.task) then
      steps[i].all = true
    end
    if event.how ~= "clock" and event.how ~= "wakes" and event.how ~= "answer" then following[event.task] = event end
  end
end

--- The steps of a trace's events, for `dependence.of`; as many as there are events.
function dependence.steps(events, objects)
  local conditions = has_conditions(objects)
  local steps = {}
  for i, event in ipairs(events) do steps[i] = step_of(event, objects, conditions) end
  link_children(events, steps)
  link_left(events, steps)
  link_put_last(events, steps)
  return steps
end

local BLOCK = 64 -- of a buffer: its parts are blocks

local function same_part(a, b)
  if a.key == nil or b.key == nil then return true end
  if a.kind == "buffer" then return a.key // BLOCK == b.key // BLOCK end
  return a.key == b.key
end

-- Whether the task of path `a` has made that of `b`, or who has made it.
local function is_ancestor(a, b)
  return a == "0" or b:sub(1, #a + 1) == a .. "."
end

-- Who ends waits for those whom it has started.
local function ends_touch(a, b)
  return is_ancestor(a.task, b.task) or is_ancestor(b.task, a.task)
end

-- The end of a task against another's step. A join that waits for the end and one that comes after it lead to the
-- same; whether its time is over hangs on the clock, on which all depends.
local function end_touches(ending, step)
  if step.joins then return false end
  if step.about_task then return step.of_task == true or step.of_task == ending.task end
  return LEFT_BY_ENDS[step.kind] or ending.left[step.object] or false
end

--- Whether the two steps of different tasks depend on each other; of one task they always do.
-- nil is a step that is not known: it depends on all.
function dependence.of(a, b)
  if not a or not b or a.task == b.task or a.all or b.all then return true end
  if a.alone or b.alone or a.starts or b.starts then return false end
  if a.ends and b.ends then return ends_touch(a, b) end
  if a.starts_task and b.starts_task then return true end -- they are numbered in their order
  if a.ends then return end_touches(a, b) end
  if b.ends then return end_touches(b, a) end
  if a.object ~= b.object then return false end
  return (a.writes or b.writes) and same_part(a, b)
end

return dependence
