--- Patterns of signals: a notify, a set, a wait that missed each other.
local patterns = {}

local function each(story, kind, visit)
  for _, step in ipairs(story.steps) do
    if step.kind == kind and step.subject then visit(step) end
  end
end

-- How a wait ended in which the signal was missed: never, or when its time was over.
local function missed(step)
  if step.for_ever then return "for ever" end
  local following = step.following
  while following and following.opening == step.opening do
    if following.how == "late" then return "until its time is over" end
    following = following.following
  end
end

local function is_notify(step)
  return step.op == "notify" or step.op == "notify_all"
end

-- The last notify of the object before the step, of another task, that nobody waited for.
local function lost_before(story, step)
  for i = step.index - 1, 1, -1 do
    local other = story.steps[i]
    if other.subject == step.subject and is_notify(other) and other.task ~= step.task then
      return #other.waiters == 0 and not other.wakes and other or nil
    end
  end
end

local function is_notified_later(story, step)
  for i = step.index + 1, #story.steps do
    local other = story.steps[i]
    if other.subject == step.subject and is_notify(other) and other.task ~= step.task then return true end
  end
end

-- Proof: a notify while nobody waited, then a wait to which no other notify came.
function patterns.lost_signal(story, names, add)
  each(story, "condition", function(step)
    if step.op ~= "wait" or step.opening ~= step or not step.waits or not missed(step) then return end
    local notify = lost_before(story, step)
    if not notify or is_notified_later(story, step) then return end
    local a, b = names:task(step.task), names:task(notify.task)
    add{
      name = "lost signal", title = "lost signal of " .. names:object(step.subject), marks = { notify, step },
      pairs = { { notify, step } }, certain = step.for_ever, first = notify, last = step,
      text = ("%s notifies while nobody waits (step %d): that is lost. Then %s waits for it (step %d) %s."):format(b,
        notify.step, a, step.step, missed(step)),
      remedy = "keep in a variable what is notified of, and look at it under the lock before the wait",
    }
  end)
end

local CLEAR_FIRST = "clear it before looking at what it tells of, not after"
local CLEAR_ITSELF = "let the one that has waited clear it, or count in a latch, a semaphore or a condition's variable"

-- Proof: an event is set and cleared while nobody waits for it, then a task waits.
function patterns.cleared_too_early(story, names, add)
  each(story, "event", function(step)
    if step.op ~= "wait" or not step.waits or not missed(step) then return end
    local clear, set = nil, nil
    for i = step.index - 1, 1, -1 do
      local other = story.steps[i]
      if other.subject == step.subject and other.op == "clear" and not set then clear = clear or other end
      if other.subject == step.subject and other.op == "set" then set = other break end
    end
    if not clear or not set then return end
    add{
      name = "event cleared too early", title = names:object(step.subject) .. " cleared too early", certain = true,
      marks = { set, clear, step }, pairs = { { clear, step.opening } }, first = set, last = step,
      text = ("%s sets it (step %d) and %s clears it (step %d) before %s comes to wait (step %d), which waits %s.")
        :format(names:task(set.task), set.step, names:task(clear.task), clear.step, names:task(step.task), step.step,
        missed(step)),
      remedy = clear.task == step.task and CLEAR_FIRST or CLEAR_ITSELF,
    }
  end)
end

-- Proof: one was woken of several that waited; another of these waits to the end, and nobody notifies again.
function patterns.too_few_woken(story, names, add)
  if story.run.ending ~= "deadlock" then return end
  each(story, "condition", function(step)
    if step.op ~= "notify" or #step.waiters < 2 then return end
    for i = step.index + 1, #story.steps do
      local later = story.steps[i]
      if later.subject == step.subject and is_notify(later) and #later.waiters > 0 then return end
    end
    local left = {}
    for _, task in ipairs(step.waiters) do
      local wait = story.waiting[task]
      if wait and wait.subject == step.subject and wait.opening.index < step.index then left[#left + 1] = task end
    end
    if #left == 0 then return end
    local woken = step.wakes or {}
    if #woken == 0 then
      for _, task in ipairs(step.waiters) do
        local wait = story.waiting[task]
        if not wait or wait.opening.index > step.index or wait.opening ~= wait then woken[1] = woken[1] or task end
      end
    end
    add{
      name = "too few woken", certain = true, marks = { step, story.waiting[left[1]] }, pairs = {},
      title = ("too few woken: 1 of %d that wait for %s"):format(#step.waiters, names:object(step.subject)),
      text = ("%s notifies one (step %d) while %s wait%s; nobody notifies after that, and %s wait%s for ever."):format(
        names:task(step.task), step.step, names:list(step.waiters), woken[1] and ", and wakes " .. names:task(woken[1])
        or "", names:list(left), #left == 1 and "s" or ""),
      remedy = "notify_all, or a condition for each kind of waiter",
    }
  end)
end

-- The notify that woke the waiter that goes on in this step.
local function notify_of(story, step)
  for i = step.index - 1, step.opening.index, -1 do
    local other = story.steps[i]
    if other.subject == step.subject and is_notify(other) then return other end
  end
end

-- The next step of the task on something of data, after its wait.
local function next_act(step)
  local following = step.following
  while following and (following.kind == "condition" or following.kind == "lock" or not following.shared) do
    following = following.following
  end
  return following
end

-- Proof: between the notify and the woken waiter's going on another task changes what the waiter then uses, and the
-- waiter, whose next step stands after its wait, does not go back to look.
function patterns.not_looked_again(story, names, add)
  each(story, "condition", function(step)
    if step.op ~= "wait" or step.opening == step or step.waits or step.how == "late" then return end
    local notify, act = notify_of(story, step), next_act(step)
    if not notify or not act or not step.line or not act.line or act.line <= step.line or act.file ~= step.file then
      return
    end
    for i = notify.index + 1, act.index - 1 do
      local other = story.steps[i]
      if other.subject == act.subject and other.task ~= step.task and other.task ~= notify.task
        and other.access == "writes" then
        local a, c = names:task(step.task), names:task(other.task)
        add{
          name = "woken, not looked again", title = ("woken by %s and not looked again (if for while)"):format(
            names:object(step.subject)), first = notify, last = act, marks = { notify, other, step, act },
          pairs = { { other, act } }, certain = true,
          text = ("%s notifies (step %d) and wakes %s; before that goes on, %s changes %s (step %d); %s takes it for "
            .. "granted that what it waited for holds (step %d)."):format(names:task(notify.task), notify.step, a, c,
            names:part(other), other.step, a, act.step),
          remedy = "look again after each wait: while not ... do c:wait() end, or c:wait_for(...)",
        }
        return
      end
    end
  end)
end

return patterns
