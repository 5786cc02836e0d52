--- Of a deadlock: who waits for what, who could have woken it, and when the last chance passed.
local work = require "explore.patterns.work"

local stuck = {}

-- The last step in which another task did what would have let the waiting one pass.
local function last_chance(story, wait)
  local gives = work.gives(wait)
  for i = #story.steps, 1, -1 do
    local step = story.steps[i]
    if gives and step.subject == wait.subject and gives[step.op] and step.task ~= wait.task and not step.waits then
      return step
    end
  end
end

local GIVERS = { lock = "release", rlock = "release", rwlock = "release" }

local function how_it_is(wait)
  if not wait then return ", which has ended" end
  if wait.kind == "process" or wait.kind == "thread" then return ", which waits for tasks to end" end
  return ", which waits itself"
end

local function who_could(story, wait)
  local names = story.names
  if GIVERS[wait.kind] and wait.op ~= "wait" then
    local holders = {}
    for task in pairs(story.held[wait.subject] or {}) do
      if task ~= wait.task then holders[#holders + 1] = task end
    end
    table.sort(holders)
    if #holders == 0 then return nil end
    return ("only %s could release it"):format(names:list(holders))
  end
  local gives = work.gives(wait)
  if not gives then return nil end
  local tasks, seen = {}, {}
  for _, step in ipairs(story.steps) do
    if step.subject == wait.subject and gives[step.op] and step.task ~= wait.task and not seen[step.task] then
      seen[step.task] = true
      tasks[#tasks + 1] = names:task(step.task) .. how_it_is(story.waiting[step.task])
    end
  end
  if #tasks == 0 then return "nobody else has ever done what could wake it" end
  return "could have been woken by " .. table.concat(tasks, "; by ")
end

--- A line for each task that waits for ever; none where the schedule failed otherwise.
function stuck.lines(story)
  local lines = {}
  if story.run.ending ~= "deadlock" then return lines end
  local names = story.names
  for _, task in ipairs(story.tasks) do
    local wait = story.waiting[task.path]
    if wait and wait.op ~= "end" and wait.kind ~= "process" and wait.kind ~= "thread" then
      local what = wait.subject and " for " .. names:object(wait.subject) or ""
      local line = ("%s waits%s for ever (line %s, %s)"):format(names:task(task.path), what, wait.line or "?",
        wait.call or wait.op)
      local could, chance = who_could(story, wait), last_chance(story, wait)
      if could then line = line .. "; " .. could end
      if chance then
        line = ("%s; the last chance passed at step %d (%s, line %s, %s)"):format(line, chance.step,
          names:task(chance.task), chance.line or "?", chance.call or chance.op)
      end
      lines[#lines + 1] = line
    end
  end
  return lines
end

return stuck
