--- Diagnosers of queues: nils that end their readers, and task_done.
local parts = require "explore.story.parts"
local words = require "judge.words"

local queues = {}

local function is_nil(step)
  return step.op == "put" and (step.call or ""):find "^put nil" ~= nil
end

--- Tasks take from the queue until a nil comes, and there are fewer nils than tasks.
function queues.nils(case)
  local story, waiting = case.story, nil
  if story.run.ending ~= "deadlock" then return nil end
  for _, task in ipairs(story.tasks) do
    local wait = story.waiting[task.path]
    if wait and wait.kind == "queue" and wait.op == "get" then waiting = waiting or wait end
  end
  if not waiting then return nil end
  local put, takers, seen = 0, 0, {}
  for _, step in ipairs(story.steps) do
    if step.subject == waiting.subject and is_nil(step) then put = put + 1 end
    if step.subject == waiting.subject and step.op == "get" and not seen[step.task] then
      seen[step.task], takers = true, takers + 1
    end
  end
  if put == 0 or put >= takers then return nil end
  return {
    text = ("%d nil%s put into %s, and %d tasks take from it: one nil sends one of them home."):format(put,
      put == 1 and " was" or "s were", words.name(waiting, case.names), takers),
    notes = { [waiting] = "<- for ever" },
  }
end

--- A nil stands in the queue before what another task puts there.
function queues.nil_first(case)
  local first = {}
  for _, step in ipairs(case.story.steps) do
    local before = step.kind == "queue" and step.op == "put" and step.opening == step and first[step.subject]
    if before and before.task ~= step.task and before.line and step.line and not is_nil(step) then
      return {
        text = ("line %d puts a nil into %s before %s puts something there (line %d): who takes the nil goes home, and "
          .. "leaves the rest."):format(before.line, words.name(step, case.names), case.names:task(step.task),
          step.line),
        notes = { [before] = "<- a nil, too early", [step] = "<- comes behind it" },
      }
    end
    if step.kind == "queue" and is_nil(step) and not step.waits then
      first[step.subject] = first[step.subject] or step
    end
  end
end

-- What another task puts between the two steps.
local function put_between(case, first, second)
  for i = first.index + 1, second.index - 1 do
    local step = case.story.steps[i]
    if step.subject == second.subject and step.op == "put" and step.task ~= second.task and not step.waits then
      return step
    end
  end
end

--- A task looks whether there is room, another one fills it, and the first one puts, and waits for ever.
function queues.full_by_then(case)
  if case.story.run.ending ~= "deadlock" then return nil end
  for _, task in ipairs(case.story.tasks) do
    local put = case.story.waiting[task.path]
    local look = put and put.kind == "queue" and put.op == "put" and put.line and put.opening.previous
    while look and not (look.subject == put.subject and parts.reads(look) and look.line) do look = look.previous end
    local other = look and put_between(case, look, put)
    if other and other.line then
      return {
        text = ("%s looks at %s in line %d, and before it puts something in (line %d) %s does (line %d): look and put "
          .. "in one step, or hold one lock around both."):format(case.names:task(task.path),
          case.names:object(put.subject), look.line, put.line, case.names:task(other.task), other.line),
        notes = { [other] = "<- comes in between" }, marks = { look, put },
      }
    end
  end
end

-- The last step of the task before `step` on the same queue is a get.
local function has_taken(step)
  local before = step.previous
  while before and before.subject ~= step.subject do before = before.previous end
  return before ~= nil and before.op == "get"
end

-- The line of the work that comes behind a task_done: the next step of the task, where that takes nothing new.
local function work_behind(done)
  local work = done.following
  if not work or work.subject == done.subject or work.op == "end" or work.how == "dies" then return nil end
  return work.line and work.line ~= done.line and work.line or nil
end

-- By the queue's task_done lines: the line of the work that was once seen behind it.
local function early_lines(story)
  local found = {}
  for _, step in ipairs(story.steps) do
    if step.op == "task_done" and step.kind == "queue" and step.line and has_taken(step) then
      found[step.line] = found[step.line] or work_behind(step)
    end
  end
  return found
end

--- A task says that it has done what it only does then, and another one that joins the queue goes on meanwhile.
function queues.done_too_early(case)
  if case.story.run.ending == "deadlock" then return nil end
  local lines, joined = early_lines(case.story), nil
  for i = #case.story.steps, 1, -1 do
    local step = case.story.steps[i]
    if step.kind == "queue" and step.op == "join" and not step.waits then joined = joined or step end
    local after = joined and step.subject == joined.subject and step.op == "task_done" and lines[step.line]
    if after and (not step.following or step.following.index > joined.index) then
      return {
        text = ("line %d calls task_done, and the work comes only in line %d: whoever joins %s takes it for done.")
          :format(step.line, after, words.name(step, case.names)),
        notes = { [step] = "<- not done yet" }, marks = { step, joined },
      }
    end
  end
end

--- A task calls task_done, and has taken nothing from the queue.
function queues.not_by_taker(case)
  local takers = {}
  for _, step in ipairs(case.story.steps) do
    local id = step.kind == "queue" and step.subject and ("%s %s"):format(step.task, step.subject)
    if id and step.op == "get" then takers[id] = true end
    if id and step.op == "task_done" and step.line and not takers[id] then
      return {
        text = ("%s calls task_done in line %d, and has taken nothing from %s: who has done the work says so."):format(
          case.names:task(step.task), step.line, words.name(step, case.names)),
        notes = { [step] = "<- of what?" }, marks = { step },
      }
    end
  end
end

return queues
