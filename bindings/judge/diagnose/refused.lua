--- Diagnosers of a call that said no, where the file does not look at its answer.
local parts = require "explore.story.parts"
local words = require "judge.words"

local refused = {}

-- How a step is written in the file.
local WRITTEN = {
  compare_set = { "compare_set" }, put = { "put", "try_put" }, acquire = { "acquire", "try_acquire" },
  read = { "read" }, write = { "write" },
}
local LOCKS = { lock = true, rlock = true, rwlock = true, semaphore = true }

--- Whether the step said no.
function refused.is(step)
  local result = step.result or ""
  return result:find "^nil" ~= nil or result:find "^false" ~= nil
end

-- Words behind which a call is a part of an expression.
local BEFORE = {}
for word in ("return if elseif while until not and or in"):gmatch "%S+" do BEFORE[word] = true end

-- Whether a call that stands behind this text is a statement: nothing gets its answer.
local function ends_a_statement(before)
  before = before:gsub("%s+$", "")
  if before:find "[=%(,{%[%+%-%*/<>~%.#:|&^%%]$" then return false end
  return not BEFORE[before:match "[%w_]+$" or ""]
end

local FOLLOWING = 40 -- lines in which a variable may be looked at

local function is_named_behind(script, step, name)
  local here, pattern = script:line(step.file, step.line), "%f[%w_]" .. name .. "%f[^%w_]"
  if select(2, here:gsub(pattern, "")) > 1 then return true end
  for number = step.line + 1, step.line + FOLLOWING do
    local line = script:line(step.file, number)
    if line and line:gsub("%-%-.*", ""):find(pattern) then return true end
  end
  return false
end

-- Of one call, by what stands before it in its line.
local function is_dropped(script, step, before)
  local name = before:match "local ([%w_]+)%s*=%s*$"
  if name then return not is_named_behind(script, step, name) end
  if before:find "%S" then return ends_a_statement(before) end
  return ends_a_statement((script:line(step.file, step.line - 1) or ""):gsub("%-%-.*", ""))
end

-- Whether the line of the step has such calls, and looks at the answer of none of them.
local function is_ignored(case, step)
  local script = case.story.script
  local line, found = script and script:line(step.file, step.line), false
  for _, name in ipairs(line and WRITTEN[step.op] or {}) do
    for before in line:gmatch("()[%w_%.%[%]]+:" .. name .. "%f[^%w_]") do
      found = true
      if not is_dropped(script, step, line:sub(1, before - 1)) then return false end
    end
  end
  return found
end

-- Whether the failure is one of this task, as far as that is told: who claims it may be main, when all is over.
local function is_of(case, task)
  local run, others = case.story.run, false
  if run.ender ~= "0" then return run.ender == task end
  for _, each in ipairs(case.story.tasks) do
    local name = "%f[%w_]" .. case.names:task(each.path):gsub("%p", "%%%0") .. "%f[^%w_]"
    if each.path ~= "0" and (run.message or ""):find(name) then
      if each.path == task then return true end
      others = true
    end
  end
  return not others
end

-- The read from which compare_set has what it expects, and the change of another task in between.
local function changed_since_read(case, step)
  local expected, change = (step.call or ""):match "^compare_set (.-), ", nil
  for i = step.index - 1, 1, -1 do
    local other = case.story.steps[i]
    if parts.id(other) == parts.id(step) then
      if other.task ~= step.task and parts.changes(other) then change = change or other end
      if other.task == step.task and parts.reads(other) and other.result == expected then return other, change end
    end
  end
end

local TELL = {}

function TELL.compare_set(case, step)
  local read, change = changed_since_read(case, step)
  if not read or not read.line or not change then return nil end
  local who = case.names:task(step.task)
  return {
    text = ("line %d sets nothing: compare_set says false there, as %s has changed %s since %s read it (line %d), and "
      .. "%s does not look at the answer."):format(step.line, case.names:task(change.task),
      words.name(step, case.names), who, read.line, who),
    notes = { [change] = "<- changes it", [step] = "<- sets nothing" }, marks = { read, change, step },
  }
end

function TELL.put(case, step)
  if not step.result:find "full" then return nil end
  return {
    text = ("line %d puts nothing into %s, which is full, and %s does not look at the answer."):format(step.line,
      words.name(step, case.names), case.names:task(step.task)),
    notes = { [step] = "<- puts nothing" }, marks = { step },
  }
end

--- A task that goes on without what it has tried to take by that step.
function refused.goes_on(case, step)
  return {
    text = ("%s tries to take %s in line %d, does not get it, and goes on without it."):format(
      case.names:task(step.task), words.name(step, case.names), step.line),
    notes = { [step] = "<- not taken" }, marks = { step },
  }
end

local function tell_of(step)
  return LOCKS[step.kind] and refused.goes_on or TELL[step.op]
end

--- A task fails that was told no before, and has not looked at that. Who has waited for its time to be over is another
-- case.
function refused.ignored(case)
  if case.story.run.ending ~= "always" then return nil end
  for _, step in ipairs(case.story.steps) do
    local may = WRITTEN[step.op] and step.line and step.opening == step and not step.waits and refused.is(step)
    local found = may and is_of(case, step.task) and is_ignored(case, step) and tell_of(step)(case, step)
    if found then return found end
  end
end

return refused
