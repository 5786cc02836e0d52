--- Diagnoser of a pipe of the file on which a task waits for ever: who still holds the end that sends.
--
-- A task holds an end that it has made, or used, until it closes it or ends. Which of the two a line closes is told by
-- the variables of the line that makes the pipe.
local words = require "judge.words"

local pipes = {}

local RECEIVES = { recv = true, poll = true }

-- Of the only line of the file that makes a pipe: the variables of its two ends, and whether the first only receives.
local function made_in(script)
  local found, number = nil, 1
  local line = script and script:line(nil, 1)
  while line do
    line = line:gsub("%-%-.*", "")
    if line:find "%f[%w_]ipc%.pipe%f[^%w_]" then
      if found then return nil end
      local first, second = line:match "([%w_]+)%s*,%s*([%w_]+)%s*=%s*ipc%.pipe"
      found = { first = first, second = second, is_simplex = line:find "duplex%s*=%s*false" ~= nil
        or line:find "ipc%.pipe%s*%(%s*false" ~= nil }
    end
    number = number + 1
    line = script:line(nil, number)
  end
  return found
end

-- The step in which the task closes the end that only receives, or true where it closes the other, or one of the two.
local function closed_by(case, made, subject, task)
  local found
  for _, step in ipairs(case.story.steps) do
    if step.task == task and step.subject == subject and step.op == "close" then
      local line = case.story.script:line(step.file, step.line) or ""
      local name, again = line:match "([%w_]+)%s*:%s*close(.*)"
      if not (made.is_simplex and made.first and name == made.first) or again:find "close" then return true end
      found = step
    end
  end
  return found
end

local function has_ended(case, task)
  for _, step in ipairs(case.story.steps) do
    if step.task == task and (step.op == "end" or step.how == "dies" or step.killed == task) then return true end
  end
  return false
end

local function has_sent(case, subject, task)
  for _, step in ipairs(case.story.steps) do
    if step.task == task and step.subject == subject and step.op == "send" then return true end
  end
  return false
end

-- The tasks that hold the end that sends, as far as it is known; and the steps in which they close the other one.
local function holders(case, made, subject)
  local list, closes, maker = {}, {}, case.story.objects[subject].maker
  for _, task in ipairs(case.story.tasks) do
    local path = task.path
    local has = path == maker or made.is_simplex and has_sent(case, subject, path)
    local close = has and not has_ended(case, path) and closed_by(case, made, subject, path)
    if has and not has_ended(case, path) and close ~= true then
      list[#list + 1], closes[#closes + 1] = path, close or nil
    end
  end
  return list, closes
end

local function tell(case, made, wait)
  local list, closes = holders(case, made, wait.subject)
  if #list == 0 then return nil end
  local close, notes = closes[1], {}
  for _, step in ipairs(closes) do notes[step] = "<- the end that receives" end
  local verb = #list == 1 and "holds" or "hold"
  return {
    text = ("%s waits in %s of %s (line %d), and %s still %s the end that sends%s: \"closed\" comes when nobody does."):
      format(case.names:task(wait.task), wait.op, words.name(wait, case.names), wait.line, case.names:list(list), verb,
        close and (" (line %d closes the other one)"):format(close.line) or made.is_simplex and made.second
        and (", `%s`"):format(made.second) or ""),
    notes = notes, marks = { wait, close },
  }
end

--- A task waits on a pipe for ever, as another one, or itself, could still send.
function pipes.still_open(case)
  local made = case.story.run.ending == "deadlock" and made_in(case.story.script)
  for _, task in ipairs(made and case.story.tasks or {}) do
    local wait = case.story.waiting[task.path]
    local is_here = wait and wait.kind == "pipe" and RECEIVES[wait.op] and wait.line and wait.subject
    local found = is_here and case.story.objects[wait.subject] and tell(case, made, wait)
    if found then return found end
  end
end

return pipes
