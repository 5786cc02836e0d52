--- Patterns of work and of numbers: what was taken is lost, or fewer come than are waited for.
local clock = require "explore.story.clock"

local patterns = {}

-- Whether the task has ended, or waits for others to end and for nothing else.
local function is_over(story, task)
  local waits = story.waiting[task]
  return not waits or waits.op == "end" or waits.kind == "process" or waits.kind == "thread"
end

-- Who has done one of these operations to the object, in order of the first time.
local function doers(story, subject, operations)
  local list, seen = {}, {}
  for _, step in ipairs(story.steps) do
    if step.subject == subject and operations[step.op] and not seen[step.task] and (not step.waits) then
      seen[step.task] = true
      list[#list + 1] = step.task
    end
  end
  return list
end

local function all_over(story, tasks)
  for _, task in ipairs(tasks) do
    if not is_over(story, task) then return false end
  end
  return true
end

-- Proof: a task is killed after it took something from a queue, and has done nothing with it that others see.
function patterns.lost_work(story, names, add)
  for _, death in ipairs(story.steps) do
    local step = death.how == "dies" and death.previous
    while step and not (step.kind == "queue" or step.kind == "pipe") do
      if step.shared and step.access == "writes" then step = nil else step = step.previous end
    end
    if step and (step.op == "get" or step.op == "recv") and not step.waits then
      add{
        name = "lost work", title = "lost work from " .. names:object(step.subject), marks = { step, death },
        certain = death.killed, pairs = {},
        text = ("%s takes%s from %s (step %d) and is killed before it has done anything with it (step %d): nobody has "
          .. "it now."):format(names:task(step.task), step.result and " " .. step.result or " a message",
          names:object(step.subject), step.step, death.step),
        remedy = "take it from the queue only when it is done, or put back what a killed task had (task_done, join)",
      }
    end
  end
end

-- Proof: a task is killed; nothing more is known than that without it the rest would have gone well.
function patterns.killed(story, names, add)
  for _, death in ipairs(story.steps) do
    if death.killed then
      local last, before = death.previous, death.previous
      while before and not before.line do before = before.previous end
      local has_done = last and last.how ~= "starts" and (" after step %d"):format(last.step)
        or " before it has done anything"
      add{
        name = "killed task", title = "no answer to the death of " .. names:task(death.task), marks = { death },
        certain = true, pairs = {}, text = ("%s is killed (step %d)%s; the others do not get over it."):format(
          names:task(death.task), death.step, before and (" after line %d (%s, step %d)"):format(before.line,
          before.call or before.op, before.step) or has_done),
      }
      return
    end
  end
end

local GIVES = {
  queue = { get = { put = true }, put = { get = true }, join = { task_done = true } },
  pipe = { recv = { send = true }, send = { recv = true } },
  barrier = { wait = { wait = true } }, latch = { wait = { count_down = true } },
  semaphore = { acquire = { release = true } }, event = { wait = { set = true } },
  condition = { wait = { notify = true, notify_all = true } },
}

local SAYS = { put = "puts something", get = "takes something", task_done = "calls task_done", send = "sends",
  recv = "receives", count_down = "counts down", release = "releases", set = "sets it", notify = "notifies",
  wait = "comes" }

--- What could end the wait of the step: the words of the operations, as a set; nil: not known.
function patterns.gives(step)
  return step.kind and GIVES[step.kind] and GIVES[step.kind][step.op]
end

-- Whether no task waits for something else: such a one might still come to what is waited for.
local function none_elsewhere(story, wait)
  for path, other in pairs(story.waiting) do
    if not is_over(story, path) and (other.subject ~= wait.subject or other.op ~= wait.op) then return false end
  end
  return true
end

local ENOUGH = {
  get = "close the queue at the end, or put a sentinel for each reader",
  put = "take all that is put, or let the queue hold more", join = "call task_done once for each that was put",
}

-- Who waits; where it is a crowd, how many.
local function crowd(names, waiters)
  return #waiters < 3 and names:list(waiters) or tostring(#waiters)
end

-- Proof: tasks wait for an object to the end, all that ever did what would let one pass have ended, and so has
-- everybody else.
function patterns.nobody_left(story, names, add)
  if story.run.ending ~= "deadlock" then return end
  for _, task in ipairs(story.tasks) do
    local step = story.waiting[task.path]
    local gives = step and patterns.gives(step)
    if gives and step.kind ~= "condition" then
      local givers, waiters = doers(story, step.subject, gives), {}
      for path, other in pairs(story.waiting) do
        if other.subject == step.subject and other.op == step.op then waiters[#waiters + 1] = path end
      end
      table.sort(waiters)
      if all_over(story, givers) and none_elsewhere(story, step) then
        local word = next(gives)
        local others = #givers == 0 and "nobody ever did"
          or ("%s did, and will not again"):format(names:list(givers))
        if step.kind == "barrier" and #givers == 0 then others = "nobody else is left" end
        add{
          name = "nobody left", title = ("%s wait%s for %s and nobody is left"):format(crowd(names, waiters),
            #waiters == 1 and "s" or "", names:object(step.subject)), marks = { step }, pairs = {},
          text = ("%s wait%s in %s of %s for one that %s: %s."):format(names:list(waiters), #waiters == 1 and "s" or "",
            step.call or step.op, names:object(step.subject), SAYS[word], others),
          remedy = step.kind == "queue" and ENOUGH[step.op] or "count who comes and who is waited for",
        }
        return
      end
    end
  end
end

-- Proof: each of these tasks waits for one that alone does what would let it pass, in a circle.
function patterns.circle_of_queues(story, names, add)
  if story.run.ending ~= "deadlock" then return end
  for _, task in ipairs(story.tasks) do
    local step = story.waiting[task.path]
    local gives = step and (step.kind == "queue" or step.kind == "pipe") and patterns.gives(step)
    for _, other in ipairs(gives and doers(story, step.subject, gives) or {}) do
      local wish = story.waiting[other]
      local back = wish and wish.subject ~= step.subject and (wish.kind == "queue" or wish.kind == "pipe")
        and patterns.gives(wish)
      for _, giver in ipairs(back and doers(story, wish.subject, back) or {}) do
        if giver == task.path and other ~= task.path then
          add{
            name = "queues in a circle", marks = { step, wish }, pairs = {}, certain = true,
            title = ("a circle of %s and %s"):format(names:object(step.subject), names:object(wish.subject)),
            text = ("%s waits in %s of %s (step %d), where only %s could help; %s waits in %s of %s (step %d), where "
              .. "only %s could."):format(names:task(task.path), step.op, names:object(step.subject), step.step,
              names:task(other), names:task(other), wish.op, names:object(wish.subject), wish.step,
              names:task(task.path)),
            remedy = "make one of the two without a bound, or do not put while one's own queue is full",
          }
          return
        end
      end
    end
  end
end

-- Proof: the clock moved on while tasks could run, and after that a wait ended since its time was over.
function patterns.only_delayed(story, names, add)
  local moved
  for _, step in ipairs(story.steps) do
    moved = moved or step.clock and step
    if moved and step.how == "late" and step.op ~= "sleep" then
      local delayed = clock.delayed(story, moved)
      add{
        name = "timeout", title = "timeout" .. (step.subject and " of " .. names:object(step.subject) or ""),
        certain = true, marks = { step.opening, step }, pairs = {},
        text = ("%s's %s ends since its time is over (step %d), though %s %s only delayed."):format(
          names:task(step.task), step.call or step.op, step.step,
          #delayed > 0 and names:list(delayed) or "what it waits for",
          #delayed > 1 and "are" or "is"),
        remedy = "take a timeout as \"not yet\", never as \"it will not come\"",
      }
      return
    end
  end
end

return patterns
