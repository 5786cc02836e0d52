--- Patterns of locks: who waits for whom at the end.
local owners = require "explore.story.owners"

local patterns = {}

-- Of each task that waits for something with an owner: the step, and one owner that is another task.
local function wanted(story)
  local wants, last = {}, story.steps[#story.steps]
  for task, step in pairs(story.waiting) do wants[task] = step end
  -- the runtime raises in the task that would close the circle
  if last and last.failed then wants[last.task] = last end
  return wants
end

local function holders(story, step)
  local list = {}
  for task in pairs(step.subject and story.held[step.subject] or {}) do list[#list + 1] = task end
  table.sort(list)
  return list
end

-- The tasks from `first` on, each waiting for what the next one holds, back to `first`.
local function circle(story, wants, first)
  local path, seen, task = {}, {}, first
  while task and not seen[task] do
    seen[task] = true
    path[#path + 1] = task
    local step, following = wants[task], nil
    for _, holder in ipairs(step and holders(story, step) or {}) do
      if holder ~= task then following = following or holder end
    end
    task = following
  end
  return task == first and path or nil
end

-- The step in which the task has last taken what it holds.
local function taken_at(story, task, subject)
  for i = #story.steps, 1, -1 do
    local step = story.steps[i]
    if step.task == task and step.subject == subject and not step.waits and not step.failed
      and (step.op == "acquire" or step.op == "read" or step.op == "write" or step.op == "wait") then
      return step
    end
  end
end

-- What each task of the circle has and wants, in words, and the steps of it; the pairs of a step in which one takes
-- what the one before wants, and the step in which that one wants it.
local function tell_circle(story, names, wants, path)
  local said, marks, flips, titles = {}, {}, {}, {}
  for i, task in ipairs(path) do
    local before = wants[path[i == 1 and #path or i - 1]]
    local taken = taken_at(story, task, before.subject)
    titles[i] = names:object(before.subject)
    said[i] = ("%s has %s%s and wants %s (step %d)"):format(names:task(task), titles[i],
      taken and (" (step %d)"):format(taken.step) or "", names:object(wants[task].subject), wants[task].step)
    marks[#marks + 1], marks[#marks + 2] = taken or wants[task], wants[task]
    flips[i] = { taken, before.opening }
  end
  return table.concat(said, "; "), marks, flips, titles
end

local function is_one_object(wants, path)
  for _, task in ipairs(path) do
    if wants[task].subject ~= wants[path[1]].subject then return false end
  end
  return true
end

local function add_circle(story, names, add, wants, path)
  local said, marks, flips, titles = tell_circle(story, names, wants, path)
  if is_one_object(wants, path) then
    add{
      name = "hold and wait", title = titles[1] .. ": those that have it want more of it", marks = marks, pairs = flips,
      certain = true, text = said .. ": each stands in the other's way.",
      remedy = "take at once all that will be needed, for writing from the start",
    }
  else
    add{
      name = "lock order", title = ("lock order: %s in a circle"):format(table.concat(titles, ", ")), marks = marks,
      pairs = flips, certain = true, text = said .. ": a circle, so none can go on.", circle = path,
      remedy = "take these locks in the same order everywhere",
    }
  end
end

-- Proof: at the end each of these tasks holds a lock that the one before it waits for.
function patterns.lock_order(story, names, add)
  local wants, tasks = wanted(story), {}
  for task in pairs(wants) do tasks[#tasks + 1] = task end
  table.sort(tasks)
  for _, first in ipairs(tasks) do
    local path = circle(story, wants, first)
    if path and #path > 1 then return add_circle(story, names, add, wants, path) end
  end
end

local LOCKS = { lock = true, rlock = true, rwlock = true }

-- Proof: a task waits for something that is not a lock, with a lock in its hands that another one waits for.
function patterns.wait_with_lock(story, names, add)
  if story.run.ending ~= "deadlock" then return end
  for _, task in ipairs(story.tasks) do
    local step = story.waiting[task.path]
    local holds = step and step.op ~= "end" and not LOCKS[step.kind]
    for _, subject in ipairs(holds and owners.of_task(story, task.path) or {}) do
      for _, waiter in ipairs(story.tasks) do
        local other, wish = waiter.path, story.waiting[waiter.path]
        if wish and other ~= task.path and wish.subject == subject and subject ~= step.subject then
          local nested = step.kind == "condition"
          local taken = taken_at(story, task.path, subject)
          add{
            name = nested and "nested monitor" or "waits with a lock",
            title = nested and ("nested monitor: wait of %s with %s held"):format(names:object(step.subject),
              names:object(subject)) or ("a wait with %s held"):format(names:object(subject)),
            marks = { taken or step, step, wish }, certain = true,
            pairs = taken and { { taken, wish.opening } } or {},
            text = ("%s waits (%s, step %d) and keeps %s meanwhile; %s needs that (step %d) before it could come to "
              .. "what %s waits for."):format(names:task(task.path), step.call or step.op, step.step,
              names:object(subject), names:task(other), wish.step, names:task(task.path)),
            remedy = "release the lock before the wait",
          }
          return
        end
      end
    end
  end
end

-- Whether somebody waits for it to the end.
local function is_waited_for(story, subject)
  for _, step in pairs(story.waiting) do
    if step.subject == subject then return true end
  end
  return false
end

-- What a death with it in the hands means: text and remedy. A semaphore that waits on is none with a bound, of which
-- the next one would be told.
local function of_death(story, subject)
  if story.objects[subject].kind == "semaphore" and is_waited_for(story, subject) then
    return "a semaphore without a bound does not know who has it, so nobody gives that place back.",
      "give it a bound, or let somebody give back what a dead task had"
  end
  return "what the lock protects may be half done, and the next one that takes it is told so (true, \"abandoned\").",
    "look at the second result of acquire, and put right what may be half done"
end

-- Proof: a task was killed with a lock in its hands.
function patterns.abandoned_lock(story, names, add)
  for _, step in ipairs(story.steps) do
    if step.how == "dies" and step.left and #step.left > 0 then
      local subject = step.left[1]
      local taken = taken_at(story, step.task, subject)
      local means, remedy = of_death(story, subject)
      add{
        name = "abandoned lock", title = "abandoned " .. names:object(subject), marks = { taken or step, step },
        pairs = {}, certain = step.killed,
        text = ("%s is killed (step %d) with %s in its hands: %s"):format(names:task(step.task), step.step,
          names:object(subject), means),
        remedy = remedy,
      }
    end
  end
end

return patterns
