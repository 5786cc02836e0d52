--- Where a deadline passes though tasks could run.
local clock = {}

--- Which tasks could have gone on as the clock moved, before the step; at least the one that does next.
function clock.delayed(story, step)
  local list = {}
  for _, path in ipairs(step.clock.could or {}) do
    if path ~= step.task then list[#list + 1] = path end
  end
  for i = step.index + 1, #story.steps do
    if #list > 0 then break end
    local other = story.steps[i]
    if other.task ~= step.task and other.how ~= "late" then list[1] = other.task end
  end
  return list
end

return clock
