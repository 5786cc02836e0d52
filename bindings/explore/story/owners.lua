--- Who holds which lock, and who waits for what, after each step of a story.
local owners = {}

local LOCKS = { lock = true, rlock = true, rwlock = true, condition = true, semaphore = true }

-- What a step makes of the locks: "takes", "gives" or nil.
local function effect(step)
  if not LOCKS[step.kind] then return nil end
  if step.op == "release" then return "gives" end
  if step.op == "wait" then
    if step.waits then return step.opening == step and "gives" or nil end
    return step.opening ~= step and "takes" or nil
  end
  if step.op == "acquire" or step.op == "read" or step.op == "write" then
    if step.waits or step.how == "late" and not (step.result or ""):find "^true" then return nil end
    if step.result and step.result:find "^nil" then return nil end
    return step.failed and nil or "takes"
  end
end

local function count(holders, task, by)
  holders[task] = (holders[task] or 0) + by
  if holders[task] <= 0 then holders[task] = nil end
end

local function list(set, but)
  local found = {}
  for task in pairs(set or {}) do
    if task ~= but then found[#found + 1] = task end
  end
  table.sort(found)
  return found
end

-- What the tasks hold at its death are left by it.
local function bury(held, step)
  step.left = {}
  for subject, holders in pairs(held) do
    if holders[step.task] then
      holders[step.task] = nil
      table.insert(step.left, subject)
    end
  end
  table.sort(step.left, function(a, b) return tostring(a) < tostring(b) end)
end

-- The subjects that the task has.
local function held_by(held, task)
  local found = {}
  for subject, holders in pairs(held) do
    if holders[task] then found[#found + 1] = subject end
  end
  table.sort(found, function(a, b) return tostring(a) < tostring(b) end)
  return found
end

--- Adds to each step: `holds`, the subjects that its task has as it begins; `holders`, the other tasks that have its
--- lock then; `waiters`, the tasks that stand in a call on its object; `left`, of a step in which a task dies: the
--- locks that it had. To the story: `held` and `waiting`, how it is at the end: by subject the tasks that hold it; by
--- task the step in which it waits.
function owners.follow(story)
  local held, waiting, free = {}, {}, {}
  local last = story.steps[#story.steps]
  if last and story.run.ending == "error" and last.task == story.run.ender then last.failed = last.op == "acquire" end
  for _, step in ipairs(story.steps) do
    local subject = step.subject
    waiting[step.task], step.holds = nil, held_by(held, step.task)
    if subject then
      local waiters = {}
      for task, other in pairs(waiting) do
        if other.subject == subject then waiters[#waiters + 1] = task end
      end
      table.sort(waiters)
      step.waiters, step.holders = waiters, list(held[subject], step.task)
      local what = effect(step)
      -- a semaphore that another than its taker releases is no lock
      if step.kind == "semaphore" and what == "gives" and not (held[subject] or {})[step.task] then
        free[subject] = true
      end
      if what then
        held[subject] = held[subject] or {}
        count(held[subject], step.task, what == "takes" and 1 or -1)
      end
    end
    if step.waits then waiting[step.task] = step end
    if step.how == "dies" or step.op == "end" then bury(held, step) end
  end
  for subject in pairs(free) do held[subject] = nil end
  story.held, story.waiting = held, waiting
end

--- The subjects that a task holds at the end.
function owners.of_task(story, task)
  return held_by(story.held, task)
end

return owners
