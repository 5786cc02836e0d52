--- Diagnosers of tasks that wait for ever for a signal: who could give it, and does not, and who could take it.
local endings = require "explore.patterns.work"
local locks = require "judge.diagnose.locks"
local words = require "judge.words"

local signals = {}

local KINDS = { semaphore = true, event = true, condition = true, latch = true, queue = true, barrier = true }

-- What is done to the object so that a task that waits for it goes on: by somebody; and of the object.
local SAID = {
  release = { "gives it back", "is given back" }, set = { "sets it", "is set" },
  notify = { "notifies it", "is notified" }, notify_all = { "notifies it", "is notified" },
  count_down = { "counts it down", "is counted down" }, put = { "puts something in", "is filled" },
  get = { "takes something out", "is emptied" }, task_done = { "calls its task_done", "is said to be done" },
}

-- What is waited for, in front of the name.
local WISH = { wait = "a notify of ", get = "something in ", put = "room in ", join = "what is still to be done in " }

local function name_of(case, step) return words.name(step, case.names) end

local function said_of(gives)
  for op in pairs(gives) do
    if SAID[op] then return SAID[op] end
  end
end

-- The last step of any task that gives what the step waits for.
local function last_given(case, wait, gives)
  for i = #case.story.steps, 1, -1 do
    local step = case.story.steps[i]
    if step.subject == wait.subject and gives[step.op] and not step.waits and not step.failed then return step end
  end
end

-- ---- nobody gives it any more ----

-- The variable by which the line calls what it waits for; nil: it is not told in one word.
local function variable_of(case, step)
  local line = case.story.script:line(step.file, step.line) or ""
  local found
  for name, verb in line:gmatch "([%a_][%w_]*)%s*:%s*([%a_]+)" do
    if verb:find("^" .. step.op) and not found then found = name end
  end
  return found
end

local function code_of(case, step, number)
  local text = case.story.script:line(step.file, number)
  return text and text:gsub("%-%-.*$", "")
end

-- The lines of the file in which the variable is given, in order; and whether these are all: it is made in the file,
-- and nothing is done with it but to give it, and to wait for it.
local function lines_giving(case, step, gives)
  local name, list, number = variable_of(case, step), {}, 1
  local is_made, is_all = false, true
  local text = code_of(case, step, 1)
  while name and text do
    local made = text:match "^local ([^=]*)=.*%f[%w_]ipc%."
    local is_here = made and made:find("%f[%w_]" .. name .. "%f[^%w_]")
    is_made = is_made or is_here ~= nil
    for verb in (is_here and "" or text):gmatch("%f[%w_]" .. name .. "%f[^%w_]%s*:?%s*([%a_]*)") do
      if gives[verb] then list[#list + 1] = number end
      if not gives[verb] and not verb:find("^" .. step.op) then is_all = false end
    end
    number = number + 1
    text = code_of(case, step, number)
  end
  return list, is_made and is_all
end

-- A wait by a line of the file, for a signal; what gives it.
local function awaited(case, step)
  local gives = step and step.line and KINDS[step.kind] and endings.gives(step)
  if not gives or not said_of(gives) and step.kind ~= "barrier" then return nil end
  if step.kind == "semaphore" and not locks.is_gate(case, step.subject) then return nil end
  return gives
end

local function waiters_of(case, wait)
  local list = {}
  for _, task in ipairs(case.story.tasks) do
    local step = case.story.waiting[task.path]
    if step and step.subject == wait.subject and step.op == wait.op and step.line == wait.line then
      list[#list + 1] = task.path
    end
  end
  return list
end

local function came_last(case, step, last)
  return ("the last was %s (%sstep %d)%s"):format(case.names:task(last.task),
    last.line and ("line %d, "):format(last.line) or "", last.step,
    last.index < step.opening.index and step.kind == "condition" and ", before that wait" or "")
end

-- Why nobody gives it, behind "waits for X (line 8)".
local function absence(case, step, gives)
  local said, last = said_of(gives), last_given(case, step, gives)
  if last then
    return (", and nobody %s any more: %s"):format(said[1], came_last(case, step, last))
  end
  local lines, is_all = lines_giving(case, step, gives)
  if #lines == 1 then return (", which %s in line %d, and nobody comes there"):format(said[2], lines[1]) end
  return (", and %s %s"):format(#lines == 0 and is_all and "no line of the file" or "nobody", said[1])
end

local function clause(case, step, gives)
  local tasks = waiters_of(case, step)
  if step.kind == "barrier" then
    return ("%s wait%s at %s (line %d), and nobody else comes there"):format(case.names:list(tasks),
      #tasks == 1 and "s" or "", name_of(case, step), step.line)
  end
  local wish = (step.kind == "queue" or step.kind == "condition") and WISH[step.op] or ""
  return ("%s wait%s for %s%s (line %d)%s"):format(case.names:list(tasks), #tasks == 1 and "s" or "", wish,
    name_of(case, step), step.line, absence(case, step, gives))
end

local MOST_CLAUSES = 2

-- What tasks wait for, each once, those at a barrier first: what keeps them keeps the others. Where main waits by a
-- line of the file that alone counts: the others may be daemons.
local function waits_of(case)
  local list, seen = {}, {}
  if awaited(case, case.story.waiting["0"]) then return { case.story.waiting["0"] } end
  for _, is_barrier in ipairs{ true, false } do
    for _, task in ipairs(case.story.tasks) do
      local step = case.story.waiting[task.path]
      local id = awaited(case, step) and (step.kind == "barrier") == is_barrier
        and ("%s %s %d"):format(tostring(step.subject), step.op, step.line)
      if id and not seen[id] then list[#list + 1], seen[id] = step, true end
    end
  end
  return list
end

--- Tasks wait for a signal, and whoever could give it has done so before, or waits as well, or is no more.
function signals.nobody_gives(case)
  if case.story.run.ending ~= "deadlock" then return nil end
  local clauses, marks = {}, {}
  for i, step in ipairs(waits_of(case)) do
    if i > MOST_CLAUSES then break end
    clauses[i], marks[i] = clause(case, step, awaited(case, step)), step
  end
  if #clauses == 0 then return nil end
  return { text = table.concat(clauses, "; ") .. ".", notes = {}, marks = marks }
end

-- ---- nobody takes it any more ----

-- Whether the task has come to its end.
local function has_ended(case, path)
  for i = #case.story.steps, 1, -1 do
    local step = case.story.steps[i]
    if step.task == path then return step.op == "end" end
  end
end

-- Of a signal: the last step that gave it, and who alone has taken it, if it was given once more than taken.
local function left_over(case, given)
  local count, taker = 0, nil
  for _, step in ipairs(case.story.steps) do
    local is_here = step.subject == given.subject and not step.waits and not step.failed
    if is_here and step.op == "release" then count = count + 1 end
    if is_here and step.op == "acquire" and not (step.result or ""):find "^nil" then
      if taker and taker ~= step.task then return nil end
      count, taker = count - 1, step.task
    end
  end
  return count > 0 and taker or nil
end

--- A signal was given, and the only task that takes it has ended.
function signals.nobody_takes(case)
  if case.story.run.ending ~= "deadlock" then return nil end
  for i = #case.story.steps, 1, -1 do
    local given = case.story.steps[i]
    local is_signal = given.kind == "semaphore" and given.op == "release" and given.line
    local taker = is_signal and locks.is_gate(case, given.subject) and left_over(case, given)
    if taker and taker ~= given.task and has_ended(case, taker) then
      return {
        text = ("%s gives %s back in line %d, and %s, which has taken it before, has ended: nobody takes it."):format(
          case.names:task(given.task), name_of(case, given), given.line, case.names:task(taker)),
        notes = { [given] = "<- nobody takes it" }, marks = { given },
      }
    end
  end
end

return signals
