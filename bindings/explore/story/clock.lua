--- Where a deadline passes though tasks could run.
local clock = {}

-- Whether it is a sleep that was over by then.
local function has_slept(wait, time)
  local seconds = wait and wait.op == "sleep" and tonumber((wait.call or ""):match "^sleep (%S+)$")
  return seconds and wait.time and time and wait.time + seconds < time
end

-- Tasks that have not ended when all is over, nor wait, but for a sleep that was over by that time.
local function never_came(story, but, time)
  local list, over = {}, { [but] = true }
  for _, step in ipairs(story.steps) do
    if step.op == "end" or step.how == "dies" then over[step.task] = true end
  end
  for _, task in ipairs(story.tasks) do
    local wait = story.waiting[task.path]
    if not over[task.path] and (not wait or has_slept(wait, time)) then list[#list + 1] = task.path end
  end
  return list
end

--- Which tasks could have gone on as the clock moved, before the step: as far as is known, the one that does next, or
-- those that might have when all was over.
function clock.delayed(story, step)
  local list = {}
  for _, path in ipairs(step.clock.could or {}) do
    if path ~= step.task then list[#list + 1] = path end
  end
  if #list > 0 then return list end
  for i = step.index + 1, #story.steps do
    local other = story.steps[i]
    if other.task ~= step.task and other.how ~= "late" then return { other.task } end
  end
  return never_came(story, step.task, step.time)
end

return clock
