--- Where a deadline passes though tasks could run.
local clock = {}

-- Tasks that neither wait nor have ended when all is over.
local function never_came(story, but)
  local list, over = {}, { [but] = true }
  for _, step in ipairs(story.steps) do
    if step.op == "end" or step.how == "dies" then over[step.task] = true end
  end
  for _, task in ipairs(story.tasks) do
    if not over[task.path] and not story.waiting[task.path] then list[#list + 1] = task.path end
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
  return never_came(story, step.task)
end

return clock
