--- Remark: what is to be said of a file that passes: that a task looks again and again, instead of waiting.
local parts = require "explore.story.parts"
local source = require "explore.story.source"
local story_of = require "explore.story.story"
local words = require "judge.words"

local remark = {}

-- The step that the task takes most often by a line of the file, changing nothing.
local function look_of(story, task)
  local counts, best = {}, nil
  for _, step in ipairs(story.steps) do
    local is_look = step.task == task and step.line and step.subject and not step.waits and step.opening == step
      and not parts.changes(step) and not words.is_of_lab(step)
    if is_look then
      local id = ("%d %s %s"):format(step.line, step.op, parts.id(step))
      counts[id] = counts[id] or { step = step, times = 0 }
      counts[id].times = counts[id].times + 1
      if not best or counts[id].times > best.times then best = counts[id] end
    end
  end
  return best and best.step
end

--- given: as of judge/verdict. nil: there is nothing to say.
function remark.of(given)
  local plan = not given.lab.polls and given.state.polls
  local whole = plan and given.passing(plan)
  local task = whole and whole.run.polls
  if not task then return nil end
  local story = story_of.of(whole, source.new(given.path))
  local step = look_of(story, task)
  if not step then return nil end
  return ("%s asks for %s again and again (line %d), where it could sleep until it is called: that is right, and keeps "
    .. "a processor busy."):format(story.names:task(task), words.name(step, story.names), step.line)
end

return remark
