--- Diagnosers of signals: of one that nobody gives any more, and of one by which a task went on too early.
local endings = require "explore.patterns_work"
local locks = require "judge.diagnose_locks"
local words = require "judge.words"

local signals = {}

local KINDS = { semaphore = true, event = true, condition = true, latch = true }

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
  local gives = step and step.line and (KINDS[step.kind] or step.kind == "queue") and endings.gives(step)
  if not gives or not said_of(gives) then return nil end
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

-- Why nobody gives it, behind "waits for X (line 8)".
local function absence(case, step, gives)
  local said, last = said_of(gives), last_given(case, step, gives)
  if last then
    return (", and nobody %s any more: the last was %s (%sstep %d)%s"):format(said[1], case.names:task(last.task),
      last.line and ("line %d, "):format(last.line) or "", last.step,
      last.index < step.opening.index and step.kind == "condition" and ", before that wait" or "")
  end
  local lines, is_all = lines_giving(case, step, gives)
  if #lines == 1 then return (", which %s in line %d, and nobody comes there"):format(said[2], lines[1]) end
  return (", and %s %s"):format(#lines == 0 and is_all and "no line of the file" or "nobody", said[1])
end

local function clause(case, step, gives)
  local tasks = waiters_of(case, step)
  local wish = (step.kind == "queue" or step.kind == "condition") and WISH[step.op] or ""
  return ("%s wait%s for %s%s (line %d)%s"):format(case.names:list(tasks), #tasks == 1 and "s" or "", wish,
    name_of(case, step), step.line, absence(case, step, gives))
end

local MOST_CLAUSES = 2

--- Tasks wait for a signal, and whoever could give it has done so before, or waits as well, or is no more.
function signals.nobody_gives(case)
  if case.story.run.ending ~= "deadlock" then return nil end
  local clauses, marks, seen = {}, {}, {}
  for _, task in ipairs(case.story.tasks) do
    local step = case.story.waiting[task.path]
    local gives = #clauses < MOST_CLAUSES and awaited(case, step)
    local id = gives and ("%s %s %d"):format(tostring(step.subject), step.op, step.line)
    if gives and not seen[id] then
      seen[id] = true
      clauses[#clauses + 1], marks[#marks + 1] = clause(case, step, gives), step
    end
  end
  if #clauses == 0 then return nil end
  return { text = table.concat(clauses, "; ") .. ".", notes = {}, marks = marks }
end

-- ---- a task went on by it ----

-- Where the task that failed could have waited for the last time before.
local function last_wait(case)
  local step
  for i = #case.story.steps, 1, -1 do
    step = case.story.steps[i]
    if step.task == case.story.run.ender and step.op ~= "end" then break end
  end
  while step and not (KINDS[step.kind] and endings.gives(step) and not step.waits) do step = step.previous end
  return step and step.line and step or nil
end

local function is_taken(step)
  return step.kind == "semaphore" and step.op == "acquire" and not step.waits and not step.failed
    and not (step.result or ""):find "^nil"
end

-- How many the call gives or takes: `release 3`.
local function count_of(step)
  return tonumber((step.call or ""):match "^%a+ (%d+)") or 1
end

-- The signals that lie there before the step: the steps that gave them, in order; and how many places are taken.
local function signals_before(case, wait)
  local gives, list, taken = endings.gives(wait), {}, 0
  for i = 1, wait.index - 1 do
    local step = case.story.steps[i]
    local is_here = step.subject == wait.subject
    if is_here and gives[step.op] then
      for _ = 1, count_of(step) do list[#list + 1] = step end
      taken = taken - count_of(step)
    elseif is_here and step.op == "clear" then
      list = {}
    elseif is_here and is_taken(step) then
      for _ = 1, count_of(step) do table.remove(list, 1) end
      taken = taken + count_of(step)
    end
  end
  return list, taken
end

local function are_of(list, task)
  for _, step in ipairs(list) do
    if step.task ~= task then return false end
  end
  return #list > 0
end

local PAST = { release = "gave %s back", set = "set %s", notify = "notified %s", notify_all = "notified %s",
  count_down = "counted %s down" }

-- Of several that it could be, the first: who waits the longest goes on by it.
local function let_go_by(case, wait, list)
  local given, name, who = list[1], name_of(case, wait), case.names:task(wait.task)
  if are_of(list, wait.task) then
    return {
      text = ("%s goes on in line %d by %s, which it gave itself (line %d): nobody else has let it go on."):format(who,
        wait.line, name, given.line or 0),
      notes = { [given] = "<- gives it itself" }, marks = { given, wait },
    }
  end
  return {
    text = ("%s goes on in line %d because %s %s (line %d): that alone lets it go on."):format(who, wait.line,
      case.names:task(given.task), PAST[given.op]:format(name), given.line),
    notes = { [given] = "<- lets it go on" }, marks = { given, wait },
  }
end

-- Who fails since others wait does not fail by what let it go on.
local function is_about_others(case)
  return case.property == "free"
end

--- A task fails, and has gone on before by a signal of its own, or of another one, or as nobody had taken the place.
function signals.let_go(case)
  if case.story.run.ending ~= "always" or is_about_others(case) then return nil end
  local wait = last_wait(case)
  if not wait then return nil end
  local list, taken = signals_before(case, wait)
  if list[1] and list[1].line then return let_go_by(case, wait, list) end
  if not list[1] and wait.kind == "semaphore" and wait.opening == wait and taken == 0 and is_taken(wait) then
    return {
      text = ("%s does not have to wait in line %d: nobody has taken %s."):format(case.names:task(wait.task), wait.line,
        name_of(case, wait)),
      notes = {}, marks = { wait },
    }
  end
end

--- A task fails since others wait: what for, and who gave that last.
function signals.kept_waiting(case)
  if case.story.run.ending ~= "always" or not is_about_others(case) then return nil end
  for _, task in ipairs(case.story.tasks) do
    local step = case.story.waiting[task.path]
    local gives = awaited(case, step)
    local last = gives and last_given(case, step, gives)
    if gives then
      return {
        text = ("%s waits for %s (line %d), %s."):format(case.names:task(step.task), name_of(case, step), step.line,
          last and ("and the last who %s was %s (%sstep %d)"):format(PAST[last.op]:format "it",
            case.names:task(last.task), last.line and ("line %d, "):format(last.line) or "", last.step)
          or ("and nobody %s"):format(said_of(gives)[1])),
        notes = {}, marks = { step },
      }
    end
  end
end

return signals
