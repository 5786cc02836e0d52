--- Patterns of locks: who waits for whom at the end.
local owners = require "explore.owners"

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

-- Proof: at the end each of these tasks holds a lock that the one before it waits for.
function patterns.lock_order(story, names, add)
  local wants, tasks = wanted(story), {}
  for task in pairs(wants) do tasks[#tasks + 1] = task end
  table.sort(tasks)
  for _, first in ipairs(tasks) do
    local path = circle(story, wants, first)
    if path and #path > 1 then
      local said, marks, titles, one = {}, {}, {}, true
      for i, task in ipairs(path) do
        local before = path[i == 1 and #path or i - 1]
        local subject = wants[before].subject
        local taken = taken_at(story, task, subject)
        one = one and subject == wants[path[1]].subject
        said[i] = ("%s has %s%s and wants %s (step %d)"):format(names:task(task), names:object(subject),
          taken and (" (step %d)"):format(taken.step) or "", names:object(wants[task].subject), wants[task].step)
        marks[#marks + 1], marks[#marks + 2] = taken or wants[task], wants[task]
        titles[i] = names:object(subject)
      end
      local flips = {}
      for i, task in ipairs(path) do
        local after = path[i % #path + 1]
        flips[i] = { taken_at(story, after, wants[task].subject), wants[task].opening }
      end
      add{
        name = one and "upgrade" or "lock order", circle = path, marks = marks, pairs = flips, certain = true,
        title = one and "upgrade of " .. titles[1] or ("lock order: %s in a circle"):format(table.concat(titles, ", ")),
        text = table.concat(said, "; ") .. (one and ": each stands in the other's way." or
          ": a circle, so none can go on."),
        remedy = one and "take it for writing from the start, where writing may follow"
          or "take these locks in the same order everywhere",
      }
      return
    end
  end
end

-- Proof: a task waits for something that is not a lock, with a lock in its hands that another one waits for.
function patterns.wait_with_lock(story, names, add)
  if story.run.ending ~= "deadlock" then return end
  for _, task in ipairs(story.tasks) do
    local step = story.waiting[task.path]
    for _, subject in ipairs(step and step.op ~= "end" and owners.of_task(story, task.path) or {}) do
      for other, wish in pairs(story.waiting) do
        if other ~= task.path and wish.subject == subject and subject ~= step.subject then
          local nested = step.kind == "condition"
          local taken = taken_at(story, task.path, subject)
          add{
            name = nested and "nested monitor" or "waits with a lock",
            title = nested and ("nested monitor: wait of %s with %s held"):format(names:object(step.subject),
              names:object(subject)) or ("a wait with %s held"):format(names:object(subject)),
            marks = { taken or step, step, wish }, certain = true,
            pairs = taken and { { taken, wish.opening } } or {},
            text = ("%s waits (%s, step %d) and keeps %s meanwhile; %s needs that (step %d) before it could come to "
              .. "what %s waits for."):format(names:task(task.path), step.call or step.op, step.step, names:object(subject),
              names:task(other), wish.step, names:task(task.path)),
            remedy = "release the lock before the wait",
          }
          return
        end
      end
    end
  end
end

-- Proof: a task was killed with a lock in its hands.
function patterns.abandoned_lock(story, names, add)
  for _, step in ipairs(story.steps) do
    if step.how == "dies" and step.left and #step.left > 0 then
      local subject = step.left[1]
      local taken = taken_at(story, step.task, subject)
      add{
        name = "abandoned lock", title = "abandoned " .. names:object(subject), marks = { taken or step, step },
        pairs = {}, certain = step.killed,
        text = ("%s is killed (step %d) with %s in its hands: what the lock protects may be half done, and the next "
          .. "one that takes it is told so (true, \"abandoned\")."):format(names:task(step.task), step.step,
          names:object(subject)),
        remedy = "look at the second result of acquire, and put right what may be half done",
      }
    end
  end
end

return patterns
